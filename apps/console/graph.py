"""The console's questions to Meta, each over a connection of its own: they are rare and a person waits.

Secrets are opened before the question starts: the database is not to be used from its event loop.
"""

from typing import Any

from asgiref.sync import async_to_sync

from django.conf import settings

from apps.core.http import OutboundClient
from apps.whatsapp.connect import checks, numbers
from apps.whatsapp.connect.meta import asking
from apps.whatsapp.connect.report import Check, Credentials, Report
from apps.whatsapp.graph import GraphClient
from apps.whatsapp.models import Number
from apps.whatsapp.providers.cloud import accounts


@async_to_sync
async def check(key: str, credentials: Credentials, report: Report) -> Check:
    """One check of a guided connection; what it learns goes into `report`."""
    async with OutboundClient() as http:
        return await checks.run(key, credentials, asking(http), report)


def about(number: Number) -> dict[str, Any]:
    """What Meta says of a number now; raises GraphError."""
    return _about(number.phone_number_id, number.account.access_token.reveal())


@async_to_sync
async def _about(phone_number_id: str, token: str) -> dict[str, Any]:
    async with OutboundClient() as http:
        return await numbers.ask_about(phone_number_id, token, asking(http))


@async_to_sync
async def unsubscribe(waba_id: str, token: str) -> bool:
    async with OutboundClient() as http:
        return await numbers.unsubscribe(waba_id, token, asking(http))


def profile(number: Number) -> dict[str, Any]:
    """What customers see of the company; raises GraphError."""
    return _profile(number.phone_number_id, number.account.access_token.reveal())


@async_to_sync
async def _profile(phone_number_id: str, token: str) -> dict[str, Any]:
    async with OutboundClient() as http:
        return await accounts.get_profile(GraphClient(http, token), phone_number_id)


def change_profile(number: Number, fields: dict[str, Any]) -> None:
    """Raises GraphError."""
    _change_profile(number.phone_number_id, number.account.access_token.reveal(), fields)


@async_to_sync
async def _change_profile(phone_number_id: str, token: str, fields: dict[str, Any]) -> None:
    async with OutboundClient() as http:
        await accounts.update_profile(GraphClient(http, token), phone_number_id, fields)


def callback_url() -> str:
    """Where Meta is to send webhooks."""
    return f"{settings.PUBLIC_URL}/webhooks/whatsapp/"
