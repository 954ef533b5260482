"""Sessions that have something to do, some of one organisation at a time. The rows are the truth: a killed worker loses
nothing, since state, steps and what they caused are one transaction, and whatever is due stays due."""

import time
from collections import defaultdict
from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import Count
from django.utils import translation
from django.utils.translation import gettext as _

from apps.chatbots import claiming, effects, engine, payments, working
from apps.chatbots import state as states
from apps.chatbots.claiming import Due
from apps.chatbots.facts import Programs, facts_of, said_of
from apps.chatbots.ledger import Ledger
from apps.chatbots.models import LIVE, Session, SessionStatus, Step
from apps.chatbots.outside.base import Done
from apps.chatbots.state import Answered, Began, Event, State, TimeCame
from apps.conversations.models import Message
from apps.conversations.models import State as Standing
from apps.conversations.sending import NotSent
from apps.core.clock import now
from apps.core.logs import get_logger
from apps.core.wake import wake
from apps.organizations.tenancy import tenant_scope

log = get_logger(__name__)
BATCH = 100
TOGETHER = 25  # turns in one transaction
ENOUGH = 0.5  # seconds after which it takes no further turn: whoever writes to these conversations waits for it
# More answers within a minute than people write.
MOST_HEARD, WITHIN = 40, timedelta(minutes=1)
_OVER = {
    states.ENDED: SessionStatus.ENDED,
    states.HANDED: SessionStatus.HANDED,
    states.CLOSED: SessionStatus.CLOSED,
}


def run_due() -> int:
    """Everything that is due now; returns how many sessions moved. Those that another worker holds are its care."""
    moved, seen = 0, set[UUID]()
    while fresh := [row for row in claiming.due(BATCH) if row[0] not in seen]:
        for organization_id, rows in _by_tenant(fresh).items():
            with tenant_scope(organization_id):
                looked_at, done = _run(rows[:TOGETHER])
            seen |= looked_at
            moved += done
    return moved


def _by_tenant(rows: list[Due]) -> dict[UUID, list[Due]]:
    found: dict[UUID, list[Due]] = defaultdict(list)
    for row in rows:
        found[row[1]].append(row)
    return found


def _run(rows: list[Due]) -> tuple[set[UUID], int]:
    """The turns of one organisation's sessions: all at once; when that fails, one at a time, so that a broken one harms
    no other. Gives who was looked at, and how many moved."""
    try:
        return _run_together(rows)
    except (OperationalError, InterfaceError):
        raise  # the database, not a flow: the sessions stay due
    except Exception as error:  # noqa: BLE001 - looked at again below, one by one
        log.info("turns failed together, taking them one by one", error=repr(error), number=len(rows))
        return {row[0] for row in rows}, sum(run_one(row[0], row[2]) for row in rows)


@transaction.atomic
def _run_together(rows: list[Due]) -> tuple[set[UUID], int]:
    began, ledger = time.monotonic(), Ledger()
    claimed = claiming.claim([row[0] for row in rows], [row[2] for row in rows])
    looked_at = {row[0] for row in rows} - {session.pk for session in claimed}
    heard = claiming.heard(claimed)
    for session in claimed:
        if time.monotonic() - began > ENOUGH:
            break
        _turn(session, heard[session.pk], None, ledger)
        looked_at.add(session.pk)
    taken = [session for session in claimed if session.pk in looked_at]
    _stop_runaways([session for session in taken if heard[session.pk]], ledger)
    ledger.close()
    return looked_at, len(taken)


def run_one(
    session_id: UUID, conversation_id: UUID, answered: Answered | None = None, done: Done | None = None
) -> bool:
    """One session's turn, in its tenant's scope; what goes wrong ends with a person, never in silence. `done` is what
    the replay shows of the outside work that was answered."""

    def turn(session: Session, ledger: Ledger) -> None:
        if done is not None:
            _show(session, done)
        messages = claiming.heard([session])[session.pk]
        _turn(session, messages, answered, ledger)
        _stop_runaways([session] if messages else [], ledger)

    try:
        return _alone(session_id, conversation_id, turn, waits=answered is not None)
    except NotSent as error:
        log.info("a bot's message was refused", session=str(session_id), why=error.code)
        _fail(session_id, conversation_id, str(error.code))
    except (OperationalError, InterfaceError):
        raise
    except Exception:  # recorded, and the customer gets a person
        log.exception("a flow broke", session=str(session_id))
        _fail(session_id, conversation_id, "error")
    return True


@transaction.atomic
def _alone(session_id: UUID, conversation_id: UUID, work: Callable[[Session, Ledger], None], *, waits: bool) -> bool:
    """`work` on one session that is claimed for it; False when there is nothing to claim."""
    claimed, ledger = claiming.claim([session_id], [conversation_id], waits=waits), Ledger()
    for session in claimed:
        work(session, ledger)
    ledger.close()
    return bool(claimed)


def _turn(session: Session, messages: list[Message], answered: Answered | None, ledger: Ledger) -> None:
    conversation = session.conversation
    with translation.override(conversation.organization.language):
        if conversation.state != Standing.BOT:
            _end(session, SessionStatus.TAKEN, "taken", ledger)
        elif session.version.flow.deleted_at is not None:
            _part(session, "removed", ledger)
        else:
            _advance(session, messages, answered, ledger)


def _advance(session: Session, messages: list[Message], answered: Answered | None, ledger: Ledger) -> None:
    programs = Programs(session.seed, session.version)
    state = states.load(session.state) if session.state else engine.begin(programs[str(session.version_id)])
    began = time.monotonic()
    for event in _events(state, messages, answered or payments.told(session, state)):
        state = _feed(session, state, event, began, programs, ledger)
    if messages:
        session.heard_id = messages[-1].pk
    _settle(session, state, ledger)


def _show(session: Session, done: Done) -> None:
    """What was asked outside and what came back, at the step that wanted it."""
    asked = Step.objects.filter(session=session, number=int(done.answered.key.split(".")[0]))
    asked.update(request=done.request, answer=done.answer, took_ms=done.ms)


def _events(state: State, messages: list[Message], answered: Answered | None) -> list[Event]:
    """In their order: the beginning, an answer from outside, what was said, and the clock last of all: who wrote in
    time is not too late."""
    events: list[Event] = [Began()] if state.steps == 0 and state.waiting is None else []
    if answered is not None:
        events.append(answered)
    return [*events, *(said_of(message) for message in messages), TimeCame()]


def _feed(session: Session, state: State, event: Event, began: float, programs: Programs, ledger: Ledger) -> State:
    """One input, and at once those that its effects ask for and this house answers itself."""
    facts = _facts(session, event)
    given = engine.Input(now(), event, programs, session.seed, facts, lambda: time.monotonic() - began)
    after, done = engine.advance(state, given)
    session.state = {"variables": after.variables}
    ledger.record(_steps(session, done))
    for effect in done:
        ledger.do(session, effect)
    if after.waiting != state.waiting:
        session.work, session.waits_for = None, ""
    _keep_work(session, done)
    local = next((effect for effect in done if isinstance(effect, effects.CheckHours)), None)
    if local is not None and after.waiting is not None and after.waiting.key == local.key:
        is_open = working.is_open(session.conversation, local.queue)
        return _feed(session, after, Answered(local.key, is_open), began, programs, ledger)
    return after


def _facts(session: Session, event: Event) -> dict[str, Any]:
    last = event.text if isinstance(event, states.Said) else session.conversation.last_preview
    return facts_of(session.conversation, last)


def _steps(session: Session, done: list[Any]) -> list[Step]:
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
    return rows


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


def _settle(session: Session, state: State, ledger: Ledger) -> None:
    """The row says what the state says."""
    session.state, session.steps_taken = states.dump(state), state.steps
    waiting = state.waiting
    if state.is_over:
        return _end(session, _OVER[state.status], state.reason, ledger)
    session.status = SessionStatus.WORKING if session.work else SessionStatus.WAITING
    session.due_at = waiting.until if waiting else None
    return ledger.keep(session)


def _end(session: Session, status: SessionStatus, reason: str, ledger: Ledger) -> None:
    session.status, session.reason, session.ended_at = status, reason[:40], now()
    session.work, session.due_at, session.waits_for = None, None, ""
    ledger.keep(session)
    if session.conversation.state == Standing.BOT:
        _hear_the_rest(session, ledger)


def _hear_the_rest(session: Session, ledger: Ledger) -> None:
    """What was said and not listened to before the end is not lost: the conversation then waits for a person."""
    if session.state.get("inbox"):
        ledger.do(session, effects.Handoff(f"{session.steps_taken}.rest", reason="unheard"))


def _stop_runaways(sessions: list[Session], ledger: Ledger) -> None:
    """Of those that heard something and go on."""
    going_on = {session.pk: session for session in sessions if session.status in LIVE}
    if not going_on:
        return
    ledger.write()
    rows = Step.objects.filter(session__in=list(going_on), heard__isnull=False, at__gte=now() - WITHIN)
    heard = rows.order_by().values("session").annotate(number=Count("pk")).filter(number__gt=MOST_HEARD)
    for session in [going_on[pk] for pk in heard.values_list("session", flat=True)]:
        with translation.override(session.conversation.organization.language):
            _hand_over(session, "breaker", ledger)


def _hand_over(session: Session, reason: str, ledger: Ledger) -> None:
    queue = str(session.version.flow.bot.fallback_queue_id or "")
    ledger.do(session, effects.Handoff(f"{session.steps_taken}.{reason}", queue=queue, reason=reason))
    _end(session, SessionStatus.FAILED, reason, ledger)


def _fail(session_id: UUID, conversation_id: UUID, reason: str) -> None:
    """Nothing of the turn happened; the customer hears that a person comes, if that can be said, and one does."""

    def part(session: Session, ledger: Ledger) -> None:
        if session.conversation.state == Standing.BOT:
            _part(session, reason, ledger)

    _alone(session_id, conversation_id, part, waits=True)


def _part(session: Session, reason: str, ledger: Ledger) -> None:
    """The bot's last words, if they can be said, and a person."""
    ledger.write()
    with translation.override(session.conversation.organization.language):
        words = session.version.flow.bot.fallback_text or _("One moment, please: a person will answer you.")
        try:
            ledger.do(session, effects.Send(f"{session.steps_taken}.sorry", text=words))
            ledger.write()
        except NotSent as error:
            log.info("a bot's last words were refused", session=str(session.pk), why=error.code)
        _hand_over(session, reason, ledger)
