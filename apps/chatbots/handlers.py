"""The inbound handler: what customers say to a bot. It only writes down that there is something to do; the runner does
it. With no bot on, a batch costs one small query, and none when nothing in it is new or a bot's."""

from collections.abc import Callable
from datetime import timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Count, QuerySet

from apps.chatbots import triggering
from apps.chatbots.models import FlowVersion, Session, Trigger
from apps.chatbots.triggering import Occasion
from apps.conversations import live
from apps.conversations.handlers import Arrived
from apps.conversations.models import Conversation, Message, State
from apps.core.clock import now
from apps.core.compiled import Compiled, CompiledModel, prepared
from apps.core.logs import get_logger
from apps.core.wake import wake
from apps.organizations.tenancy import current_organization_id, tenant_scope
from apps.routing.places import queues_of
from apps.teams.schedules import is_open_now

log = get_logger(__name__)
RUN = "chatbots.run"
# The circuit breaker: a conversation that begins flows faster than this talks to a machine.
MOST_SESSIONS, WITHIN = 20, timedelta(hours=1)
_GIVE = """
UPDATE conversations_conversation SET state = %s, version = version + 1
WHERE id = ANY(%s) AND organization_id = %s RETURNING id
"""


class Bot:
    """Takes conversations that a session is in, and those that nobody holds and a trigger wants."""

    def handle(self, arrived: list[Arrived]) -> list[Arrived]:
        ours = [item for item in arrived if _may_answer(item.conversation)]
        listening = _wake_sessions([item.conversation.pk for item in ours if not item.is_new])
        free = [item for item in ours if item.conversation.pk not in listening]
        begun = _begin(free)
        taken = listening | begun
        _release([item.conversation for item in free if item.conversation.pk not in taken])
        if taken:
            transaction.on_commit(lambda: wake(RUN))
        return [item for item in arrived if item.conversation.pk not in taken]


def _may_answer(conversation: Conversation) -> bool:
    is_new = conversation.state == State.QUEUED and conversation.queue_id is None and conversation.assignee_id is None
    return is_new or conversation.state == State.BOT


def _wake_sessions(conversations: list[UUID]) -> set[UUID]:
    """Sessions are looked at again, whatever they wait for; the message rows say what is new."""
    found = [pk for (pk,) in _live(current_organization_id(), conversations)] if conversations else []
    if found:
        Session.objects.live().filter(conversation__in=found).update(due_at=now())
    return set(found)


def _live_rows(organization: UUID, conversation: UUID) -> "QuerySet[Session, Any]":
    with tenant_scope(organization):
        return Session.objects.live().filter(conversation__in=[conversation]).values_list("conversation")


_live = Compiled(2, _live_rows)


def _begin(items: list[Arrived]) -> set[UUID]:
    triggers = triggering.active() if items else []
    if not triggers:
        return set()
    wanted = [(item, *found) for item in items if (found := _wanted(item, triggers)) is not None]
    runaways = _runaways([item.conversation.pk for item, _trigger, _message in wanted if not item.is_new])
    chosen = [entry for entry in wanted if entry[0].conversation.pk not in runaways]
    versions = _versions({trigger.flow_id for _item, trigger, _message in chosen})
    sessions = [_session(item, trigger, message, versions) for item, trigger, message in chosen]
    return begin_all([session for session in sessions if session is not None])


def _wanted(item: Arrived, triggers: list[Trigger]) -> tuple[Trigger, Message] | None:
    """The trigger that the first of the messages with one sets off."""
    is_first = item.conversation.state == State.QUEUED
    for message in item.messages:
        trigger = triggering.winner(_occasion(message, is_first, item.conversation.number_id), triggers)
        if trigger is not None:
            return trigger, message
    return None


def _occasion(message: Message, is_first: bool, number_id: UUID) -> Occasion:
    payload = str(message.payload.get("id") or message.payload.get("payload") or "")
    is_from_ad = "referral" in message.payload
    return Occasion(number_id, message.text, payload, is_first, is_from_ad, is_closed=closed_on(number_id))


def closed_on(number_id: UUID) -> Callable[[], bool]:
    """Whether the queue of the number is closed now."""

    @cache
    def is_closed() -> bool:
        queue = queues_of({number_id})[number_id]
        return queue is not None and not is_open_now(queue)

    return is_closed


def _runaways(conversations: list[UUID]) -> set[UUID]:
    if not conversations:
        return set()
    rows = Session.objects.filter(conversation__in=conversations, started_at__gte=now() - WITHIN).order_by()
    counted = rows.values("conversation").annotate(number=Count("pk"))
    found = {row["conversation"] for row in counted if row["number"] >= MOST_SESSIONS}
    for conversation in found:
        log.warning("a bot is kept from a runaway conversation", conversation=str(conversation))
    return found


def _versions(flows: set[UUID]) -> dict[UUID, list[FlowVersion]]:
    """Newest first, without their drawings."""
    found: dict[UUID, list[FlowVersion]] = {}
    for version in _newest.all(current_organization_id(), list(flows)) if flows else ():
        found.setdefault(version.flow_id, []).append(version)
    return found


def _version_rows(organization: UUID, flow: UUID) -> "QuerySet[FlowVersion]":
    with tenant_scope(organization):
        return FlowVersion.objects.filter(flow__in=[flow]).defer("graph").order_by("-number")


_newest = CompiledModel(2, _version_rows)


def _session(
    item: Arrived, trigger: Trigger, message: Message, versions: dict[UUID, list[FlowVersion]]
) -> Session | None:
    seed = message.pk.int & 0x7FFFFFFF
    version = triggering.version_for(versions.get(trigger.flow_id, []), seed)
    if version is None:
        return None
    return Session(
        organization_id=item.conversation.organization_id,
        conversation=item.conversation,
        version=version,
        seed=seed,
        heard_id=message.pk,
        began_by=trigger.kind,
    )


def begin_all(sessions: list[Session]) -> set[UUID]:
    """Give locked conversations to their bots."""
    conversations = [session.conversation for session in sessions]
    before = [(conversation, live.list_groups(conversation)) for conversation in conversations]
    ids = {conversation.pk for conversation in conversations}
    if not ids:
        return ids
    Session.objects.bulk_create(sessions)
    prepared(_GIVE, [State.BOT, list(ids), current_organization_id()])
    for conversation in conversations:
        conversation.state = State.BOT
    live.push_moved(*before)
    return ids


def _release(conversations: list[Conversation]) -> None:
    """A bot's conversation in which no flow goes on waits for a person like a new one."""
    left = [row for row in conversations if row.state == State.BOT]
    if left:
        Conversation.objects.filter(pk__in=[row.pk for row in left]).update(state=State.QUEUED, queue=None)
    for row in left:
        row.state, row.queue = State.QUEUED, None
