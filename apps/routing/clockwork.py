"""How clocks run, pause and end: pure, on rows in memory. Business time is that of the queue a clock belongs to.

An answer clock runs from a customer's message until a person answers; the resolution clock runs until the conversation
is closed, except while the customer is the one to write. All of them stand still while the conversation is snoozed.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from apps.conversations.badges import Badge
from apps.conversations.models import Conversation
from apps.routing.models import ClockKind, ClockState, SlaClock
from apps.teams.calendar import Hours
from apps.teams.models import Queue

ANSWERS = (ClockKind.FIRST_ANSWER, ClockKind.NEXT_ANSWER)
AllHours = Mapping[UUID, Hours]


@dataclass(frozen=True, slots=True)
class Terms:
    """What a queue promises now: seconds of business time for each kind that is measured."""

    queue: Queue
    targets: Mapping[str, int]
    warning_percent: int


@dataclass(frozen=True, slots=True)
class Step:
    """What has happened to a conversation. `begins`: nothing of it was measured before."""

    conversation: Conversation
    at: datetime
    is_live: bool = True
    is_asleep: bool = False
    wrote_at: datetime | None = None
    has_answer: bool = False
    begins: bool = False
    was_answered: bool = False
    waits: bool = False


def terms_of(queue: Queue | None) -> Terms | None:
    """None where nothing is promised."""
    policy = queue.sla_policy if queue is not None else None
    if queue is None or policy is None or not policy.is_active:
        return None
    minutes = {
        ClockKind.FIRST_ANSWER: policy.first_answer_minutes,
        ClockKind.NEXT_ANSWER: policy.next_answer_minutes,
        ClockKind.RESOLUTION: policy.resolution_minutes,
    }
    targets = {str(kind): 60 * number for kind, number in minutes.items() if number}
    return Terms(queue, targets, policy.warning_percent)


def advance(clocks: list[SlaClock], step: Step, terms: Terms | None, hours: AllHours) -> list[SlaClock]:
    """Bring the open clocks of one conversation to this step; returns those that begin with it."""
    if not step.is_live:
        for clock in clocks:
            _close(clock, step.at, hours)
        return []
    for clock in clocks:
        _follow(clock, step.at, terms, hours)
    if step.has_answer:
        _answer(clocks, step.at, hours)
    begun = _begin(clocks, step, terms) if terms else []
    for clock in _open(clocks):
        _turn(clock, step, step.at, hours)
    for clock in begun:
        _turn(clock, step, clock.started_at, hours)
    return begun


def _open(clocks: Iterable[SlaClock]) -> list[SlaClock]:
    return [clock for clock in clocks if clock.ended_at is None]


def _close(clock: SlaClock, at: datetime, hours: AllHours) -> None:
    if clock.kind == ClockKind.RESOLUTION:
        _finish(clock, at, hours)
    else:
        _end(clock, at, ClockState.DROPPED, hours)


def _follow(clock: SlaClock, at: datetime, terms: Terms | None, hours: AllHours) -> None:
    """The terms of the queue where the conversation is now; what was spent elsewhere counts."""
    target = terms.targets.get(clock.kind) if terms else None
    if terms is None or target is None:
        _end(clock, at, ClockState.DROPPED, hours)
        return
    if clock.queue_id != terms.queue.pk:
        was_running = clock.running_since is not None
        _pause(clock, at, hours)
        clock.queue = terms.queue
        clock.running_since = at if was_running else None
    clock.target_seconds, clock.warning_percent = target, terms.warning_percent
    if clock.running_since is not None:
        _aim(clock, at, hours[clock.queue_id])


def _answer(clocks: list[SlaClock], at: datetime, hours: AllHours) -> None:
    for clock in _open(clocks):
        if clock.kind in ANSWERS:
            _finish(clock, at, hours)
        else:
            clock.waits_for_customer = True


def _begin(clocks: list[SlaClock], step: Step, terms: Terms) -> list[SlaClock]:
    running = {clock.kind for clock in _open(clocks)}
    wanted = [] if ClockKind.RESOLUTION in running else [ClockKind.RESOLUTION]
    waits = step.wrote_at is not None or (step.begins and step.waits)
    if waits and not running.intersection(ANSWERS):
        is_first = step.begins and not step.was_answered
        wanted.append(ClockKind.FIRST_ANSWER if is_first else ClockKind.NEXT_ANSWER)
    return [_new(kind, step, terms, waits) for kind in wanted if kind in terms.targets]


def _new(kind: ClockKind, step: Step, terms: Terms, waits: bool) -> SlaClock:
    return SlaClock(
        conversation=step.conversation,
        queue=terms.queue,
        kind=kind.value,
        target_seconds=terms.targets[kind],
        warning_percent=terms.warning_percent,
        started_at=step.wrote_at or step.at,
        waits_for_customer=not waits and not step.waits,
    )


def _turn(clock: SlaClock, step: Step, since: datetime, hours: AllHours) -> None:
    """Let it run (`since`, if it did not) or stand still, as the step wants."""
    if step.wrote_at is not None:
        clock.waits_for_customer = False
    if step.is_asleep or (clock.waits_for_customer and clock.kind == ClockKind.RESOLUTION):
        _pause(clock, step.at, hours)
    elif clock.running_since is None:
        clock.running_since = since
        _aim(clock, step.at, hours[clock.queue_id])


def _pause(clock: SlaClock, at: datetime, hours: AllHours) -> None:
    if clock.running_since is None:
        return
    clock.spent_seconds = spent(clock, at, hours[clock.queue_id])
    clock.running_since = clock.alarm_at = None
    if clock.state != ClockState.BREACHED:
        clock.warn_at = clock.due_at = None


def spent(clock: SlaClock, at: datetime, hours: Hours) -> float:
    """Business seconds that the clock has run until `at`."""
    if clock.running_since is None:
        return clock.spent_seconds
    return clock.spent_seconds + max(0.0, hours.business_seconds(clock.running_since, at))


def _aim(clock: SlaClock, at: datetime, hours: Hours) -> None:
    """Set the moments of warning and breach of a running clock. A breach stays one; a warning that came too early,
    seen from terms that have changed since, comes again."""
    if clock.state == ClockState.BREACHED or clock.running_since is None:
        return
    warn_after = clock.target_seconds * clock.warning_percent / 100
    clock.warn_at = hours.add_business_time(clock.running_since, max(0.0, warn_after - clock.spent_seconds))
    clock.due_at = hours.add_business_time(clock.running_since, max(0.0, clock.target_seconds - clock.spent_seconds))
    if clock.state == ClockState.RISK and (clock.warn_at is None or clock.warn_at > at):
        clock.state, clock.warned_at = ClockState.OK, None
        clock.alerted_at = None
    clock.alarm_at = clock.due_at if clock.state == ClockState.RISK else clock.warn_at


def _finish(clock: SlaClock, at: datetime, hours: AllHours) -> None:
    """What was promised is done, in time or late; a breach that nobody has looked at yet is one all the same."""
    if clock.breached_at is None and clock.due_at is not None and clock.due_at < at:
        clock.breached_at, clock.alerted_at = clock.due_at, at
    _end(clock, at, ClockState.LATE if clock.breached_at else ClockState.MET, hours)


def _end(clock: SlaClock, at: datetime, state: ClockState, hours: AllHours) -> None:
    clock.spent_seconds = spent(clock, at, hours[clock.queue_id])
    clock.running_since = clock.alarm_at = None
    clock.state, clock.ended_at = state, at


def revive(clock: SlaClock) -> None:
    """The conversation that was closed goes on: so does what closing ended, with the time it had spent."""
    clock.ended_at = clock.due_at = clock.warn_at = None
    clock.state = ClockState.OK
    if clock.breached_at:
        clock.state, clock.due_at = ClockState.BREACHED, clock.breached_at
    elif clock.warned_at:
        clock.state = ClockState.RISK


def ring(clock: SlaClock, at: datetime) -> ClockState | None:
    """The alarm of a clock that rings at `at`: its new state, or None when it is too early."""
    if clock.alarm_at is None or clock.alarm_at > at:
        return None
    if clock.due_at is not None and clock.due_at <= at:
        clock.state, clock.breached_at, clock.alarm_at = ClockState.BREACHED, at, None
    else:
        clock.state, clock.warned_at, clock.alarm_at = ClockState.RISK, at, clock.due_at
    clock.alerted_at = at
    return ClockState(clock.state)


def shown(clocks: Iterable[SlaClock], terms: Terms | None) -> Badge:
    found = _open(clocks)
    if breached := [clock for clock in found if clock.state == ClockState.BREACHED]:
        return _most_urgent(breached)
    if running := [clock for clock in found if clock.due_at is not None]:
        return _most_urgent([clock for clock in running if clock.state == ClockState.RISK] or running)
    if found:
        return Badge("paused")
    return Badge("idle") if terms else Badge()


def _most_urgent(clocks: list[SlaClock]) -> Badge:
    first = min(clocks, key=lambda clock: (clock.due_at is None, clock.due_at or clock.started_at))
    return Badge(str(first.state), str(first.kind), first.due_at)
