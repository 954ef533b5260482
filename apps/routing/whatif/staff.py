"""Who was online when: as it was recorded, and, for the time before that, as their work shows it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Min, Q

from apps.conversations.models import Handling
from apps.teams.calendar import Span
from apps.teams.models import Agent, MemberSkill, OnlineSpan
from apps.teams.services import team_settings

BREAK = timedelta(hours=1)  # whoever does nothing for longer is taken for absent
SIGN_OF_LIFE = timedelta(minutes=10)  # around each thing that somebody did
LONGEST_AT_WORK = timedelta(hours=4)  # a conversation held for longer says nothing about being there


@dataclass(frozen=True, slots=True)
class Held:
    """One time for which an agent held a conversation; an end beyond the week counts as none."""

    conversation: UUID
    agent: UUID
    began: datetime
    ended: datetime | None


def holds(conversations: Any, begin: datetime, end: datetime) -> list[Held]:
    rows = Handling.objects.filter(Q(ended_at=None) | Q(ended_at__gte=begin), started_at__lt=end)
    rows = rows.filter(conversation__in=conversations).order_by("conversation", "started_at", "id")
    return [Held(*row) for row in rows.values_list("conversation", "agent", "started_at", "ended_at").iterator(5000)]


def recorded_since() -> datetime | None:
    """When the company's times online began to be written down."""
    found: datetime | None = OnlineSpan.objects.aggregate(first=Min("began_at"))["first"]
    return found


def shifts(held: Iterable[Held], begin: datetime, end: datetime) -> tuple[dict[UUID, tuple[Span, ...]], bool]:
    """Spans online of each agent in the week, and whether a part of them is estimated."""
    since = recorded_since()
    known = min(max(begin, since or end), end)
    found: dict[UUID, list[Span]] = defaultdict(list)
    for agent, spans in estimated(held, begin, known).items():
        found[agent] += spans
    rows = OnlineSpan.objects.filter(Q(ended_at=None) | Q(ended_at__gt=known), began_at__lt=end)
    for agent, began, ended in rows.values_list("membership", "began_at", "ended_at"):
        found[agent].append((max(began, known), min(ended or end, end)))
    return {agent: tuple(joined(spans)) for agent, spans in found.items()}, known > begin


def estimated(held: Iterable[Held], begin: datetime, end: datetime) -> dict[UUID, list[Span]]:
    """From what agents took and finished in [begin, end): there around each of it, and in between if that was near."""
    signs: dict[UUID, list[Span]] = defaultdict(list)
    for one in held:
        is_short = one.ended is not None and one.ended - one.began <= LONGEST_AT_WORK
        moments = [(one.began, one.ended)] if is_short else [(one.began, one.began), (one.ended, one.ended)]
        signs[one.agent] += [(b - SIGN_OF_LIFE, e + SIGN_OF_LIFE) for b, e in moments if b and e and e >= begin]
    near = {agent: joined(spans, BREAK) for agent, spans in signs.items()}
    clipped = {agent: [(max(b, begin), min(e, end)) for b, e in spans] for agent, spans in near.items()}
    return {agent: [(b, e) for b, e in spans if b < e] for agent, spans in clipped.items()}


def joined(spans: Iterable[Span], gap: timedelta = timedelta(0)) -> list[Span]:
    """Sorted, and as one what overlaps or lies no further apart than `gap`."""
    found: list[Span] = []
    for begin, end in sorted(spans):
        if found and begin - found[-1][1] <= gap:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        elif begin < end:
            found.append((begin, end))
    return found


def capacities(members: Iterable[UUID]) -> Mapping[UUID, int]:
    """How many conversations each of them has at a time, at most."""
    default = team_settings().capacity
    own = dict(Agent.objects.filter(capacity__isnull=False).values_list("membership", "capacity"))
    return {pk: own.get(pk) or default for pk in members}


def skills() -> dict[UUID, dict[UUID, int]]:
    found: dict[UUID, dict[UUID, int]] = defaultdict(dict)
    for member, skill, level in MemberSkill.objects.values_list("membership", "skill", "level"):
        found[member][skill] = level
    return found
