"""What a refusal means beyond its message: for the window, the contact, the number.

The same whether the refusal came as the answer to a send or later in a `failed` status.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.contrib.postgres.functions import TransactionNow
from django.db.models import QuerySet

from apps.contacts.models import Contact
from apps.conversations import live
from apps.conversations.models import Conversation, Message, Status
from apps.core.clock import now
from apps.whatsapp import stops
from apps.whatsapp.errors import GraphError, Policy
from apps.whatsapp.models import BusinessAccount, Number
from apps.whatsapp.providers.base import SendKind
from apps.whatsapp.trouble import needs_attention

PAUSE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Refused:
    """Where a refused message belongs."""

    conversation_id: UUID
    contact_id: UUID
    number_id: UUID
    account_id: UUID


def follow(refused: Refused, error: GraphError) -> None:
    """Apply the policy of `error`, in the tenant's scope; most policies concern the message alone."""
    if consequence := _CONSEQUENCES.get(error.policy):
        consequence(refused, error)


def _close_window(refused: Refused, _error: GraphError) -> None:
    conversation = Conversation.objects.get(pk=refused.conversation_id)
    conversation.window_expires_at, conversation.version = now(), conversation.version + 1
    conversation.save(update_fields=["window_expires_at", "version"])
    live.push_moved((conversation, frozenset()))


def _opt_out(refused: Refused, _error: GraphError) -> None:
    Contact.objects.filter(pk=refused.contact_id, marketing_stopped_at=None).update(marketing_stopped_at=now())


def _unreachable(refused: Refused, _error: GraphError) -> None:
    Contact.objects.filter(pk=refused.contact_id).update(unreachable_at=now())


def _pause_number(refused: Refused, error: GraphError) -> None:
    """Not forever: after five minutes the next send tries again, in case somebody has mended the cause."""
    reason = str(error.rule.sentence)[:300]
    Number.objects.filter(pk=refused.number_id).update(paused_until=now() + PAUSE, pause_reason=reason)
    needs_attention(BusinessAccount.objects.get(pk=refused.account_id), reason)


def _pause_paid(refused: Refused, error: GraphError) -> None:
    stops.stop_paid(refused.account_id, error.code)


def _stop_template(refused: Refused, error: GraphError) -> None:
    for payload in _messages(refused, error).values_list("payload", flat=True):
        if payload.get("send") == SendKind.TEMPLATE:
            stops.stop_template(refused.account_id, str(payload["name"]), str(payload["language"]), error.code)


def _wait(refused: Refused, error: GraphError) -> None:
    """The message goes out again when the code allows, a few times at most (see `sending.waiting`)."""
    due = now() + timedelta(seconds=error.rule.delay(0))
    _messages(refused, error).filter(attempts__lt=error.rule.max_tries).update(next_attempt_at=due)


def _messages(refused: Refused, error: GraphError) -> QuerySet[Message]:
    """What this very transaction marked as refused with this error: both ways stamp it with the database's clock."""
    return Message.objects.filter(
        conversation=refused.conversation_id,
        status=Status.FAILED,
        error_code=error.code,
        changed_at=TransactionNow(),
    )


_CONSEQUENCES: dict[Policy, Callable[[Refused, GraphError], None]] = {
    Policy.CLOSE_WINDOW: _close_window,
    Policy.OPT_OUT: _opt_out,
    Policy.CONTACT: _unreachable,
    Policy.PAUSE_NUMBER: _pause_number,
    Policy.PAUSE_PAID: _pause_paid,
    Policy.STOP_TEMPLATE: _stop_template,
    Policy.WAIT: _wait,
}
