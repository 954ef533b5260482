"""Which flow begins: the matching trigger with the smallest priority, then the oldest."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, QuerySet

from apps.chatbots import patterns
from apps.chatbots.comparing import folded
from apps.chatbots.models import Bot, FlowVersion, Trigger
from apps.core.compiled import CompiledModel
from apps.organizations.tenancy import current_organization_id, tenant_scope
from apps.whatsapp.models import Number

ALWAYS: frozenset[str] = frozenset({"first", "any", "closed", "ad"})


@dataclass(frozen=True, slots=True)
class Occasion:
    """What happened on a number. `is_closed` is asked only when a trigger wants to know."""

    number_id: UUID | None
    text: str = ""
    payload: str = ""
    is_first: bool = True
    is_from_ad: bool = False
    event: str = ""
    is_closed: Callable[[], bool] = bool


@dataclass(frozen=True, slots=True)
class Candidate:
    """`is_here`: whether it listens on the number at all."""

    trigger: Trigger
    matches: bool
    wins: bool = False
    is_here: bool = True


def _same(value: str, said: str) -> bool:
    """One of the words or phrases, divided by commas; accents, capitals and what ends a sentence don't count."""
    wanted = folded(said).strip(" .,!?")
    return bool(wanted) and wanted in {folded(word).strip(" .,!?") for word in value.split(",")}


def _contains(value: str, said: str) -> bool:
    """One of the phrases, as whole words."""
    spoken = f" {''.join(letter if letter.isalnum() else ' ' for letter in folded(said))} "
    spoken = f" {' '.join(spoken.split())} "
    return any(f" {word} " in spoken for word in map(folded, value.split(",")) if word)


_MATCHES: dict[str, Callable[[str, Occasion], bool]] = {
    "first": lambda _value, seen: seen.is_first and not seen.event,
    "any": lambda _value, seen: not seen.event,
    "keyword": lambda value, seen: _same(value, seen.text),
    "contains": lambda value, seen: _contains(value, seen.text),
    "pattern": lambda value, seen: not seen.event and patterns.found(value, seen.text),
    "button": lambda value, seen: bool(seen.payload) and seen.payload == value.strip(),
    "ad": lambda _value, seen: seen.is_from_ad,
    "closed": lambda _value, seen: not seen.event and seen.is_closed(),
    "link": lambda value, seen: bool(folded(value)) and folded(seen.text).startswith(folded(value)),
    "event": lambda value, seen: bool(seen.event) and seen.event == value.strip(),
}


def active(also: Bot | None = None) -> list[Trigger]:
    """Of bots that are on, and of `also`, in the order in which they win. `here`: the numbers of its bot."""
    is_on = Q(flow__bot__is_active=True)
    found = list(_rows(is_on | Q(flow__bot=also))) if also else _active.all(current_organization_id())
    return sorted(found, key=lambda row: (row.priority, row.created_at, row.pk))


def _rows(are_meant: Q) -> "QuerySet[Trigger]":
    """`here`: the ids of the bot's own numbers."""
    own = Bot.numbers.through.objects.filter(bot=OuterRef("flow__bot")).values("number_id")
    rows = Trigger.objects.filter(are_meant, flow__versions__isnull=False).distinct()
    return rows.select_related("flow__bot").annotate(**{"here": ArraySubquery(own)})


def _of_bots_that_are_on(organization: UUID) -> "QuerySet[Trigger]":
    with tenant_scope(organization):
        return _rows(Q(flow__bot__is_active=True))


_active = CompiledModel(1, _of_bots_that_are_on)


def who_would_win(occasion: Occasion, triggers: Sequence[Trigger] | None = None) -> list[Candidate]:
    """Every trigger in order, whether it matches, and which wins (the first that does)."""
    found: list[Candidate] = []
    won = False
    for trigger in active() if triggers is None else triggers:
        matches = _matches(trigger, occasion)
        found.append(Candidate(trigger, matches, matches and not won, _is_here(trigger, occasion)))
        won = won or matches
    return found


def winner(occasion: Occasion, triggers: Sequence[Trigger]) -> Trigger | None:
    return next((trigger for trigger in triggers if _matches(trigger, occasion)), None)


def _matches(trigger: Trigger, occasion: Occasion) -> bool:
    match = _MATCHES.get(trigger.kind)
    return match is not None and _is_here(trigger, occasion) and match(trigger.value, occasion)


def _is_here(trigger: Trigger, occasion: Occasion) -> bool:
    """A trigger without a number is for all numbers of its bot; a bot without numbers is for all of the company."""
    numbers = {trigger.number_id} if trigger.number_id else set(trigger.here)
    return not numbers or occasion.number_id in numbers


def numbers_of(trigger: Trigger, of_bot: Sequence[UUID]) -> list[Number]:
    """The active ones on which it listens, the oldest first. `of_bot`: the ids of its bot's own numbers."""
    own = [trigger.number_id] if trigger.number_id else of_bot
    rows = Number.objects.filter(is_active=True).select_related("account").order_by("pk")
    return list(rows.filter(pk__in=own) if own else rows)


def version_for(versions: Sequence[FlowVersion], seed: int) -> FlowVersion | None:
    """Newest first: a canary takes its share of the seeds, the next one without a share the rest."""
    for version in versions:
        if seed % 100 < version.canary_percent:
            return version
    return versions[-1] if versions else None
