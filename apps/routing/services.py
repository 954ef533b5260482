"""Where conversations wait, and who holds them."""

from collections import defaultdict
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.conversations import live
from apps.conversations.handlers import Arrived
from apps.conversations.models import Conversation, State
from apps.conversations.services import event_line, locked, record_event, record_events
from apps.core.clock import now
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.routing.models import NumberRoute
from apps.teams.models import Queue

_PLACE = ["state", "queue", "department", "assignee", "queued_at", "assigned_at", "snoozed_until", "version"]


def ensure_routed(arrived: list[Arrived]) -> None:
    """Conversations that nobody holds go to their numbers' queues, all at once; snoozed ones come back to their
    agents."""
    for item in arrived:
        if item.conversation.state == State.SNOOZED:
            _move(item.conversation, state=State.OPEN, snoozed_until=None)
    homeless = [
        item.conversation
        for item in arrived
        if item.conversation.state == State.QUEUED and item.conversation.queue_id is None
    ]
    if homeless:
        queues = _queues_of({conversation.number_id for conversation in homeless})
        enqueue_all([(conversation, queues[conversation.number_id]) for conversation in homeless], reason="number")


def _queues_of(numbers: set[UUID]) -> dict[UUID, Queue | None]:
    """The queue of each number's route; where that is missing or not in use, the first active queue."""
    routes = NumberRoute.objects.select_related("queue__department").filter(number__in=numbers, queue__is_active=True)
    found: dict[UUID, Queue | None] = {route.number_id: route.queue for route in routes}
    if missing := numbers - found.keys():
        active = Queue.objects.select_related("department").filter(is_active=True)
        found |= dict.fromkeys(missing, active.order_by("priority", "created_at").first())
    return found


def enqueue(
    conversation: Conversation, queue: Queue | None, *, reason: str, actor: Membership | None = None, note: str = ""
) -> None:
    """Let a conversation wait in a queue. Without any queue it waits where those who see everything find it."""
    enqueue_all([(conversation, queue)], reason=reason, actor=actor, note=note)


def enqueue_all(
    placed: list[tuple[Conversation, Queue | None]], *, reason: str, actor: Membership | None = None, note: str = ""
) -> None:
    """The same for many, with a constant number of queries for each queue."""
    before = [(conversation, live.list_groups(conversation)) for conversation, _queue in placed]
    by_queue: dict[Queue | None, list[Conversation]] = defaultdict(list)
    for conversation, queue in placed:
        by_queue[queue].append(conversation)
    for queue, conversations in by_queue.items():
        _wait_in(queue, conversations)
    record_events(
        [
            event_line(conversation, "queued", actor=actor, queue=queue.name if queue else "", reason=reason, note=note)
            for conversation, queue in placed
        ]
    )
    live.push_moved(*before)


def _wait_in(queue: Queue | None, conversations: list[Conversation]) -> None:
    values: dict[str, Any] = {
        "state": State.QUEUED,
        "queue": queue,
        "department": queue.department if queue else None,
        "assignee": None,
        "assigned_at": None,
        "queued_at": now(),
        "snoozed_until": None,
    }
    ids = [conversation.pk for conversation in conversations]
    Conversation.objects.filter(pk__in=ids).update(**values, version=F("version") + 1)
    for conversation in conversations:
        for name, value in values.items():
            setattr(conversation, name, value)


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
    held = list(
        Conversation.objects.mine(membership).select_for_update(of=("self",)).select_related("queue__department")
    )
    queues = _queues_of({conversation.number_id for conversation in held if conversation.queue is None})
    enqueue_all([(row, row.queue or queues[row.number_id]) for row in held], reason=reason)
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
    live.push_moved((conversation, before))
