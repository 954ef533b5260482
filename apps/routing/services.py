"""Where conversations wait, and who holds them. Every step is an event on the conversation's line, with its reason."""

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
from apps.conversations.services import awake, event_line, locked, move, record_event, record_events
from apps.core.clock import now
from apps.core.wake import wake
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.organizations.tenancy import current_organization_id
from apps.routing import away, clocks, kinds, rules, waiting
from apps.routing.places import Overflow, Place, queues_of
from apps.teams.models import Department, Queue, RoutingMode
from apps.teams.schedules import WITH_HOURS


def ensure_routed(arrived: list[Arrived]) -> None:
    """Conversations that nobody holds go to their numbers' queues, all at once; snoozed ones come back to their
    agents."""
    for item in arrived:
        if item.conversation.state == State.SNOOZED:
            move(item.conversation, **awake(item.conversation))
    homeless = [
        item.conversation
        for item in arrived
        if item.conversation.state == State.QUEUED and item.conversation.queue_id is None
    ]
    if homeless:
        queues = queues_of({conversation.number_id for conversation in homeless})
        chain = Overflow(queues.values())
        placed = [(row, chain.place(queues[row.number_id], "number")) for row in homeless]
        enqueue_all(placed)
        away.answer(current_organization_id(), placed)
    clocks.wrote(arrived)


def enqueue(
    conversation: Conversation, queue: Queue | None, *, reason: str, actor: Membership | None = None, note: str = ""
) -> None:
    """Let a conversation wait in a queue. Without any queue it waits where those who see everything find it."""
    enqueue_all([(conversation, Place(queue, reason))], actor=actor, note=note)


def enqueue_all(placed: list[tuple[Conversation, Place]], *, actor: Membership | None = None, note: str = "") -> None:
    """The same for many, with a constant number of queries for each queue."""
    if not placed:
        return
    before = [(conversation, live.list_groups(conversation)) for conversation, _place in placed]
    by_queue: dict[Queue | None, list[Conversation]] = defaultdict(list)
    for conversation, place in placed:
        by_queue[place.queue].append(conversation)
    for queue, conversations in by_queue.items():
        _wait_in(queue, conversations)
    record_events([_queued_line(conversation, place, actor, note) for conversation, place in placed])
    live.push_moved(*before)
    if any(queue is not None and queue.mode != RoutingMode.MANUAL for queue in by_queue):
        transaction.on_commit(lambda: wake("routing.distribute"))


def _queued_line(conversation: Conversation, place: Place, actor: Membership | None, note: str) -> Any:
    queue = place.queue.name if place.queue else ""
    return event_line(conversation, "queued", actor=actor, queue=queue, note=note, **place.details)


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
    """The next waiting conversation that the member may take (VIPs, then queue priority, then age), or None. Raises
    ValidationError when they have no room, or all their queues are closed. Two agents who pull at once get two."""
    member = _answering(membership)
    rules.require_room(member)
    queues = rules.open_queues(member)
    conversation = waiting.claim_next(queues) if queues else None
    if conversation is not None:
        give(conversation, member, actor=member, event="pulled", **_why(conversation))
    return conversation


def _why(conversation: Conversation) -> dict[str, str]:
    details = {"queue": conversation.queue.name if conversation.queue else ""}
    return details | ({"reason": "vip"} if conversation.contact.is_vip else {})


@transaction.atomic
def assign(conversation_id: UUID, *, to: Membership, actor: Membership, note: str = "") -> Conversation:
    """A leader's decision: any live conversation to any agent, also beyond their capacity. Raises ValidationError when
    that agent can't answer."""
    conversation = _live_or_refused(conversation_id)
    if conversation.assignee_id != to.pk:
        give(conversation, _answering(to), actor=actor, event="assigned", note=note)
    return conversation


def _answering(to: Membership) -> Membership:
    member = rules.locked_member(to.pk)
    if not has_perm(member, Perm.REPLY):
        raise ValidationError(_("%(name)s can't answer customers. Choose someone else.") % {"name": member.name})
    return member


def _live_or_refused(conversation_id: UUID) -> Conversation:
    conversation = locked(conversation_id)
    if not conversation.is_live:
        raise ValidationError(_("This conversation is closed. Reopen it first."))
    return conversation


@transaction.atomic
def take(conversation_id: UUID, *, membership: Membership) -> Conversation:
    """Take one particular waiting conversation, whatever the hour; refused when someone was faster, when the member
    may not take from its queue, or has no room."""
    conversation = locked(conversation_id)
    if conversation.assignee_id == membership.pk:
        return conversation
    if conversation.state != State.QUEUED:
        raise ValidationError(_("Someone else has just taken this conversation."))
    member = _answering(membership)
    if conversation.queue_id and not rules.takeable(member).filter(pk=conversation.queue_id).exists():
        raise ValidationError(_("This queue needs a skill that you don't have, or other agents. Take another one."))
    rules.require_room(member)
    give(conversation, member, actor=member, event="pulled", **_why(conversation))
    return conversation


@transaction.atomic
def transfer(conversation_id: UUID, *, queue: Queue, actor: Membership, note: str = "") -> Conversation:
    """Send a live conversation to another queue."""
    conversation = _live_or_refused(conversation_id)
    if not queue.is_active:
        raise ValidationError(_("This queue is not in use any more. Choose another one."))
    enqueue(conversation, queue, reason="transfer", actor=actor, note=note)
    return conversation


@transaction.atomic
def transfer_to_department(
    conversation_id: UUID, *, department: Department, actor: Membership, note: str = ""
) -> Conversation:
    """To the department's first queue; refused when it has none in use."""
    queues = department.queues.filter(is_active=True).select_related(*WITH_HOURS)
    queue = queues.order_by("priority", "created_at").first()
    if queue is None:
        raise ValidationError(_("This department has no queue in use. Choose a queue or an agent."))
    return transfer(conversation_id, queue=queue, actor=actor, note=note)


@transaction.atomic
def transfer_to_agent(conversation_id: UUID, *, to: Membership, actor: Membership, note: str = "") -> Conversation:
    """To a colleague who has room; refused otherwise."""
    conversation = _live_or_refused(conversation_id)
    if conversation.assignee_id == to.pk:
        return conversation
    member = _answering(to)
    rules.require_room(member)
    give(conversation, member, actor=actor, event="assigned", reason="transfer", note=note)
    return conversation


@transaction.atomic
def return_to_queue(membership: Membership, *, reason: str) -> int:
    """Everything an agent holds goes back to where it waited; returns how many."""
    held = list(
        Conversation.objects.mine(membership)
        .order_by("pk")
        .select_for_update(of=("self",))
        .select_related("queue__department")
    )
    queues = queues_of({conversation.number_id for conversation in held if conversation.queue is None})
    enqueue_all([(row, Place(row.queue or queues[row.number_id], reason)) for row in held])
    return len(held)


def give(
    conversation: Conversation, to: Membership, *, actor: Membership | None, event: str, note: str = "", **details: str
) -> None:
    """The conversation and the member are locked, and the member may have it. They are told, unless it was they."""
    was_asleep = conversation.state == State.SNOOZED
    move(conversation, state=State.OPEN, assignee=to, assigned_at=now(), snoozed_until=None)
    record_event(conversation, event, actor=actor, to=to.name, note=note, **details)
    if was_asleep and conversation.sla_state:
        clocks.settle([conversation])
    if actor is None or actor.pk != to.pk:
        kinds.tell_assigned(conversation, to, actor)
