"""Sessions that have something to do, one after the other. The rows are the truth: a killed worker loses nothing, since
state, steps and what they caused are one transaction, and whatever is due stays due."""

import time
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext as _

from apps.chatbots import effects, engine, payments, performing, working
from apps.chatbots import state as states
from apps.chatbots.facts import Programs, facts_of, said_of
from apps.chatbots.models import LIVE, Session, SessionStatus, Step
from apps.chatbots.outside.base import Done
from apps.chatbots.state import Answered, Began, Event, State, TimeCame
from apps.conversations.models import AMENDMENTS, Conversation, Direction, Message, MessageKind
from apps.conversations.models import State as Standing
from apps.conversations.sending import NotSent
from apps.core.clock import now
from apps.core.logs import get_logger
from apps.core.wake import wake
from apps.organizations.tenancy import tenant_scope

log = get_logger(__name__)
BATCH = 100
# More answers within a minute than people write.
MOST_HEARD, WITHIN = 40, timedelta(minutes=1)
_DUE = """
SELECT id, organization_id, conversation_id FROM chatbots_session
WHERE status IN ('ready', 'waiting', 'working') AND due_at <= %s
ORDER BY due_at LIMIT %s
"""
_OVER = {
    states.ENDED: SessionStatus.ENDED,
    states.HANDED: SessionStatus.HANDED,
    states.CLOSED: SessionStatus.CLOSED,
}


def run_due() -> int:
    """Everything that is due now; returns how many sessions moved. Those that another worker holds are its care."""
    moved, seen = 0, set[UUID]()
    while fresh := [row for row in _due() if row[0] not in seen]:
        for session_id, organization_id, conversation_id in fresh:
            seen.add(session_id)
            with tenant_scope(organization_id):
                moved += run_one(session_id, conversation_id)
    return moved


def _due() -> list[tuple[UUID, UUID, UUID]]:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [now(), BATCH])
        return list(cursor.fetchall())


def run_one(
    session_id: UUID, conversation_id: UUID, answered: Answered | None = None, done: Done | None = None
) -> bool:
    """One session's turn, in its tenant's scope; what goes wrong ends with a person, never in silence. `done` is what
    the replay shows of the outside work that was answered."""
    try:
        with transaction.atomic():
            session = _claim(session_id, conversation_id, waits=answered is not None)
            if session is not None and done is not None:
                _show(session, done)
            return session is not None and _turn(session, answered)
    except NotSent as error:
        log.info("a bot's message was refused", session=str(session_id), why=error.code)
        _fail(session_id, conversation_id, str(error.code))
    except (OperationalError, InterfaceError):
        raise  # the database, not the flow: the session stays due
    except Exception:  # recorded, and the customer gets a person
        log.exception("a flow broke", session=str(session_id))
        _fail(session_id, conversation_id, "error")
    return True


def _claim(session_id: UUID, conversation_id: UUID, *, waits: bool = False) -> Session | None:
    """The session with its conversation, both locked and in that order, one turn of a contact at a time; None when
    somebody is at it, or it is over."""
    rows = Conversation.objects.select_for_update(of=("self",), skip_locked=not waits)
    related = ("contact", "number", "organization", "queue", "assignee")
    conversation = rows.select_related(*related).filter(pk=conversation_id).first()
    if conversation is None or not _is_alone(conversation.contact_id, waits=waits):
        return None
    found = Session.objects.select_for_update(of=("self",)).select_related("version__flow__bot")
    session = found.filter(pk=session_id, status__in=LIVE).first()
    if session is not None:
        session.conversation = conversation
    return session


def _is_alone(contact_id: UUID, *, waits: bool) -> bool:
    lock = "pg_advisory_xact_lock" if waits else "pg_try_advisory_xact_lock"
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {lock}(hashtextextended(%s, 7))", [f"bot:{contact_id}"])
        return waits or bool(cursor.fetchone()[0])


def _turn(session: Session, answered: Answered | None) -> bool:
    conversation = session.conversation
    if conversation.state != Standing.BOT:
        _end(session, SessionStatus.TAKEN, "taken")
        return True
    if session.version.flow.deleted_at is not None:
        _part(session, "removed")
        return True
    with translation.override(conversation.organization.language):
        messages = _heard(session)
        programs = Programs(session.seed)
        state = states.load(session.state) if session.state else engine.begin(programs[str(session.version_id)])
        began = time.monotonic()
        for event in _events(state, messages, answered or payments.told(session, state)):
            state = _feed(session, state, event, began, programs)
        if messages:
            session.heard_id = messages[-1].pk
        _settle(session, state)
        if not state.is_over and _is_runaway(session):
            _hand_over(session, "breaker")
    return True


def _show(session: Session, done: Done) -> None:
    """What was asked outside and what came back, at the step that wanted it."""
    asked = Step.objects.filter(session=session, number=int(done.answered.key.split(".")[0]))
    asked.update(request=done.request, answer=done.answer, took_ms=done.ms)


def _heard(session: Session) -> list[Message]:
    """What the customer said since, oldest first."""
    rows = Message.objects.filter(conversation=session.conversation_id, direction=Direction.IN)
    if session.heard_id is not None:
        rows = rows.filter(pk__gt=session.heard_id)
    return list(rows.exclude(kind__in=[*AMENDMENTS, MessageKind.SYSTEM]).order_by("pk"))


def _events(state: State, messages: list[Message], answered: Answered | None) -> list[Event]:
    """In their order: the beginning, an answer from outside, what was said, and the clock last of all: who wrote in
    time is not too late."""
    events: list[Event] = [Began()] if state.steps == 0 and state.waiting is None else []
    if answered is not None:
        events.append(answered)
    return [*events, *(said_of(message) for message in messages), TimeCame()]


def _feed(session: Session, state: State, event: Event, began: float, programs: Programs) -> State:
    """One input, and at once those that its effects ask for and this house answers itself."""
    facts = _facts(session, event)
    given = engine.Input(now(), event, programs, session.seed, facts, lambda: time.monotonic() - began)
    after, done = engine.advance(state, given)
    session.state = {"variables": after.variables}
    _record(session, done)
    for effect in done:
        performing.perform(session, effect)
    if after.waiting != state.waiting:
        session.work, session.waits_for = None, ""
    _keep_work(session, done)
    local = next((effect for effect in done if isinstance(effect, effects.CheckHours)), None)
    if local is not None and after.waiting is not None and after.waiting.key == local.key:
        is_open = working.is_open(session.conversation, local.queue)
        return _feed(session, after, Answered(local.key, is_open), began, programs)
    return after


def _facts(session: Session, event: Event) -> dict[str, Any]:
    last = event.text if isinstance(event, states.Said) else session.conversation.last_preview
    return facts_of(session.conversation, last)


def _record(session: Session, done: list[Any]) -> None:
    """The steps of one input, each with what it caused."""
    rows = []
    for took in (effect for effect in done if isinstance(effect, effects.Took)):
        own = [working.told(effect) for effect in done if getattr(effect, "key", "").startswith(f"{took.number}.")]
        rows.append(
            Step(
                session=session,
                **_version_of(session, took),
                number=took.number,
                node_id=took.node,
                kind=took.kind,
                port=took.port[:40],
                heard=took.heard,
                delta=took.delta,
                effects=own,
            )
        )
    Step.objects.bulk_create(rows)


def _version_of(session: Session, took: effects.Took) -> dict[str, Any]:
    """The session's own version is at hand, and so known to be the tenant's; a sub-flow's is looked at."""
    own = took.version == str(session.version_id)
    return {"version": session.version} if own else {"version_id": UUID(took.version)}


def _keep_work(session: Session, done: list[Any]) -> None:
    for effect in done:
        if working.is_outside(effect):
            session.work, session.claimed_at = working.dump(effect), None
            transaction.on_commit(lambda: wake("chatbots.work"))
        elif isinstance(effect, effects.AwaitPayment):
            session.waits_for = f"pix:{effect.reference}"


def _settle(session: Session, state: State) -> None:
    """The row says what the state says."""
    session.state, session.steps_taken = states.dump(state), state.steps
    waiting = state.waiting
    if state.is_over:
        return _end(session, _OVER[state.status], state.reason)
    session.status = SessionStatus.WORKING if session.work else SessionStatus.WAITING
    session.due_at = waiting.until if waiting else None
    session.save()
    return None


def _end(session: Session, status: SessionStatus, reason: str) -> None:
    session.status, session.reason, session.ended_at = status, reason[:40], now()
    session.work, session.due_at, session.waits_for = None, None, ""
    session.save()
    if session.conversation.state == Standing.BOT:
        _hear_the_rest(session)


def _hear_the_rest(session: Session) -> None:
    """What was said and not listened to before the end is not lost: the conversation then waits for a person."""
    if session.state.get("inbox"):
        performing.perform(session, effects.Handoff(f"{session.steps_taken}.rest", reason="unheard"))


def _is_runaway(session: Session) -> bool:
    rows = Step.objects.filter(session=session, heard__isnull=False, at__gte=now() - WITHIN)
    return rows.count() > MOST_HEARD


def _hand_over(session: Session, reason: str) -> None:
    queue = str(session.version.flow.bot.fallback_queue_id or "")
    performing.perform(session, effects.Handoff(f"{session.steps_taken}.{reason}", queue=queue, reason=reason))
    _end(session, SessionStatus.FAILED, reason)


@transaction.atomic
def _fail(session_id: UUID, conversation_id: UUID, reason: str) -> None:
    """Nothing of the turn happened; the customer hears that a person comes, if that can be said, and one does."""
    session = _claim(session_id, conversation_id, waits=True)
    if session is not None and session.conversation.state == Standing.BOT:
        _part(session, reason)


def _part(session: Session, reason: str) -> None:
    """The bot's last words, if they can be said, and a person."""
    with translation.override(session.conversation.organization.language):
        words = session.version.flow.bot.fallback_text or _("One moment, please: a person will answer you.")
        try:
            performing.perform(session, effects.Send(f"{session.steps_taken}.sorry", text=words))
        except NotSent as error:
            log.info("a bot's last words were refused", session=str(session.pk), why=error.code)
        _hand_over(session, reason)
