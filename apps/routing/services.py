"""Where conversations wait, and who holds them."""

from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from apps.conversations import live
from apps.conversations.models import Conversation, State
from apps.conversations.services import locked, record_event
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.routing.models import NumberRoute
from apps.teams.models import Queue

_PLACE = ["state", "queue", "department", "assignee", "queued_at", "assigned_at", "snoozed_until", "version"]


def ensure_routed(conversation: Conversation) -> None:
    """A conversation that nobody holds goes to its number's queue; a snoozed one comes back to its agent."""
    if conversation.state == State.SNOOZED:
        _move(conversation, state=State.OPEN, snoozed_until=None)
    elif conversation.state == State.QUEUED and conversation.queue_id is None:
        enqueue(conversation, _queue_of(conversation), reason="number")


def _queue_of(conversation: Conversation) -> Queue | None:
    route = NumberRoute.objects.select_related("queue__department").filter(number=conversation.number_id).first()
    if route is not None and route.queue.is_active:
        return route.queue
    return Queue.objects.filter(is_active=True).order_by("priority", "created_at").first()


def enqueue(
    conversation: Conversation, queue: Queue | None, *, reason: str, actor: Membership | None = None, note: str = ""
) -> None:
    """Let a conversation wait in a queue. Without any queue it waits where those who see everything find it."""
    _move(
        conversation,
        state=State.QUEUED,
        queue=queue,
        department=queue.department if queue else None,
        assignee=None,
        assigned_at=None,
        queued_at=now(),
    )
    record_event(conversation, "queued", actor=actor, queue=queue.name if queue else "", reason=reason, note=note)


@transaction.atomic
def pull(membership: Membership) -> Conversation | None:
    """The next waiting conversation of the member's queues (queue priority, then age), or None. Two agents who pull
    at once get two conversations."""
    queues = Queue.objects.of_member(membership).values("pk")
    if has_perm(membership, Perm.SEE_ALL_CONVERSATIONS):
        queues = Queue.objects.filter(is_active=True).values("pk")
    conversation = (
        Conversation.objects.waiting()
        .filter(queue__in=queues)
        .order_by("queue__priority", "queued_at", "pk")
        .select_for_update(of=("self",), skip_locked=True)
        .first()
    )
    if conversation is not None:
        _give(conversation, membership, actor=membership, event="pulled")
    return conversation


@transaction.atomic
def assign(conversation_id: UUID, *, to: Membership, actor: Membership, note: str = "") -> Conversation:
    """Give a live conversation to an agent; raises ValidationError when that agent can't take it."""
    conversation = locked(conversation_id)
    if not conversation.is_live:
        raise ValidationError(_("This conversation is closed. Reopen it first."))
    if not has_perm(to, Perm.REPLY):
        raise ValidationError(_("%(name)s can't answer customers. Choose someone else.") % {"name": to.name})
    if conversation.assignee_id != to.pk:
        _give(conversation, to, actor=actor, event="assigned", note=note)
    return conversation


@transaction.atomic
def take(conversation_id: UUID, *, membership: Membership) -> Conversation:
    """Take one particular waiting conversation; refused when someone was faster."""
    conversation = locked(conversation_id)
    if conversation.assignee_id == membership.pk:
        return conversation
    if conversation.state != State.QUEUED:
        raise ValidationError(_("Someone else has just taken this conversation."))
    _give(conversation, membership, actor=membership, event="pulled")
    return conversation


@transaction.atomic
def transfer(conversation_id: UUID, *, queue: Queue, actor: Membership, note: str = "") -> Conversation:
    """Send a live conversation to another queue."""
    conversation = locked(conversation_id)
    if not conversation.is_live:
        raise ValidationError(_("This conversation is closed. Reopen it first."))
    if not queue.is_active:
        raise ValidationError(_("This queue is not in use any more. Choose another one."))
    enqueue(conversation, queue, reason="transfer", actor=actor, note=note)
    return conversation


@transaction.atomic
def return_to_queue(membership: Membership, *, reason: str) -> int:
    """Everything an agent holds goes back to where it waited; returns how many."""
    held = list(Conversation.objects.mine(membership).select_for_update(of=("self",)).select_related("queue"))
    for conversation in held:
        enqueue(conversation, conversation.queue or _queue_of(conversation), reason=reason)
    return len(held)


def _give(conversation: Conversation, to: Membership, *, actor: Membership, event: str, note: str = "") -> None:
    _move(conversation, state=State.OPEN, assignee=to, assigned_at=now(), snoozed_until=None)
    record_event(conversation, event, actor=actor, to=to.name, note=note)


def _move(conversation: Conversation, **values: object) -> None:
    before = live.list_groups(conversation)
    for name, value in values.items():
        setattr(conversation, name, value)
    conversation.version += 1
    conversation.save(update_fields=_PLACE)
    live.push_moved(conversation, before)
