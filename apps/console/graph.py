"""The console's questions to Meta, each over a connection of its own: they are rare and a person waits."""

from typing import Any

from django.conf import settings

from apps.core.http import OutboundClient
from apps.whatsapp.connect import checks, numbers
from apps.whatsapp.connect.meta import asking
from apps.whatsapp.connect.report import Credentials, Report
from apps.whatsapp.models import Number


async def examine(credentials: Credentials) -> Report:
    async with OutboundClient() as client:
        return await checks.examine(credentials, asking(client))


async def about(number: Number) -> dict[str, Any]:
    """What Meta says of a number now; raises GraphError."""
    async with OutboundClient() as client:
        return await numbers.ask_about(number, asking(client))


async def unsubscribe(waba_id: str, token: str) -> bool:
    async with OutboundClient() as client:
        return await numbers.unsubscribe(waba_id, token, asking(client))


def callback_url() -> str:
    """Where Meta is to send webhooks."""
    return f"{settings.PUBLIC_URL}/webhooks/whatsapp/"
