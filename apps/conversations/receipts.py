"""Blue ticks and "typing…" on the customer's phone: sent by a worker, never in the way of a page."""

from uuid import UUID

from asgiref.sync import async_to_sync
from celery import current_app

from apps.conversations.models import Direction, Message
from apps.core.http import OutboundClient
from apps.core.logs import get_logger
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.vault.sealing import Unreadable
from apps.whatsapp.errors import GraphError
from apps.whatsapp.graph import GraphClient
from apps.whatsapp.providers.cloud import CloudProvider

log = get_logger(__name__)


def request(membership: Membership, conversation_id: UUID, *, typing: bool = False) -> None:
    """Ask a worker to mark a conversation read (and show typing). Only for those who answer: watching is silent."""
    if has_perm(membership, Perm.REPLY):
        current_app.send_task(
            "conversations.send_receipt",
            args=[str(membership.organization_id), str(conversation_id), typing],
            expires=20,
            ignore_result=True,
        )


def send(conversation_id: UUID, *, typing: bool) -> bool:
    """Tell Meta about the newest received message; a refusal is logged and harmless."""
    newest = (
        Message.objects.in_thread()
        .filter(conversation=conversation_id, direction=Direction.IN)
        .select_related("number__account")
        .order_by("-id")
        .first()
    )
    if newest is None or not newest.wamid:
        return False
    account = newest.number.account
    try:
        async_to_sync(_post)(account.access_token.reveal(), newest.number.phone_number_id, newest.wamid, typing)
    except (GraphError, Unreadable) as error:
        log.warning("read receipt refused", error=str(error))
        return False
    return True


async def _post(token: str, phone_number_id: str, wamid: str, typing: bool) -> None:
    async with OutboundClient() as client:
        await CloudProvider(GraphClient(client, token), phone_number_id).mark_read(wamid, typing=typing)
