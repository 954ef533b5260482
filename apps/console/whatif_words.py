"""A scenario's results in words, numbers and rows for its page."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from apps.routing.whatif.forms import DAY_CHOICES
from apps.routing.whatif.models import Scenario

COLUMNS = ("happened", "replayed", "changed")
_LONG = (5 * 60, 30 * 60)  # seconds; what the grid paints yellow, and red
_NOTICEABLE = 30  # seconds; a smaller difference between two medians is none


@dataclass(frozen=True, slots=True)
class Measure:
    """A row of the comparison: three written values, and whether the last is better or worse than the second."""

    label: Promise
    values: tuple[str, ...]
    tone: str = ""


def in_words(seconds: float | None) -> str:
    """5400 → "1 h 30 min"; a dash for nothing."""
    if seconds is None:
        return "–"
    if seconds < 60:
        return _("%(number)d s") % {"number": round(seconds)}
    hours, minutes = divmod(round(seconds / 60), 60)
    if not hours:
        return _("%(number)d min") % {"number": minutes}
    return f"{hours} h {minutes} min" if minutes else f"{hours} h"


def percent(share: float | None) -> str:
    return "–" if share is None else f"{round(share * 100)}%"


def within(figures: Mapping[str, Any]) -> float | None:
    decided = figures["kept"] + figures["breached"]
    return figures["kept"] / decided if decided else None


def measures(row: Mapping[str, Any]) -> list[Measure]:
    """The rows of one queue's comparison."""
    sets = [row[name] for name in COLUMNS]
    found = [
        _measure(gettext_lazy("Median wait"), [each["median"] for each in sets], in_words),
        _measure(gettext_lazy("9 of 10 waited at most"), [each["p90"] for each in sets], in_words),
        _measure(gettext_lazy("Longest wait"), [each["longest"] for each in sets], in_words),
    ]
    if any(each["promised"] for each in sets):
        found += [
            _measure(gettext_lazy("First answer in time"), [within(each) for each in sets], percent, rising=True),
            _measure(gettext_lazy("Late first answers"), [each["breached"] for each in sets], str),
        ]
    return [
        *found,
        _measure(gettext_lazy("Still waiting at the week's end"), [each["waiting"] for each in sets], str),
        Measure(gettext_lazy("Agents' time in use"), tuple(percent(each["busy"]) for each in sets)),
    ]


def _measure(label: Promise, values: list[Any], write: Any, *, rising: bool = False) -> Measure:
    before, after = values[1], values[2]
    written = tuple(write(value) for value in values)
    if before is None or after is None or written[1] == written[2]:
        return Measure(label, written)
    return Measure(label, written, "better" if (after > before) == rising else "worse")


def hours(row: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Median waits in minutes by the hour of arrival, from the first hour in which somebody came to the last."""
    sets = [row[name]["hours"] for name in COLUMNS]
    busy = [hour for hour in range(24) if any(each[hour][0] for each in sets)]
    return [
        {
            "hour": f"{hour:02d}h",
            "arrivals": sets[0][hour][0],
            "waits": [
                {"minutes": round((each[hour][1] or 0) / 60, 1), "text": in_words(each[hour][1])} for each in sets
            ],
        }
        for hour in (range(busy[0], busy[-1] + 1) if busy else ())
    ]


@dataclass(frozen=True, slots=True)
class Cell:
    """One hour of one day: `tone` is how bad its wait is, from 1 to 3; 0 where nobody came."""

    text: str
    late: int
    tone: int


def grid(row: Mapping[str, Any], name: str) -> list[dict[str, Any]]:
    """Median waits and late first answers of one column, an hour a row and a day a cell; the same rows whatever the
    column. Empty for results from before it was kept."""
    hours = sorted({slot[0] % 24 for each in COLUMNS for slot in row[each].get("slots", ())})
    there = {slot[0]: slot for slot in row[name].get("slots", ())}
    return [
        {"hour": f"{hour:02d}h", "days": [_cell(there.get(day * 24 + hour)) for day in range(7)]}
        for hour in (range(hours[0], hours[-1] + 1) if hours else ())
    ]


def _cell(slot: Sequence[Any] | None) -> Cell:
    if slot is None:
        return Cell("", 0, 0)
    _slot, _arrivals, wait, late = slot
    return Cell(in_words(wait), late, 1 + sum(wait > limit for limit in _LONG))


def sentences(scenario: Scenario, names: Mapping[str, str]) -> list[str]:
    """What the changes would do, queue by queue; the largest difference first."""
    rows = {row["id"]: row for row in scenario.result["queues"]} if scenario.result else {}
    found = [
        (_difference(rows[queue]), _sentence(rows[queue], change, names))
        for queue, change in scenario.changes.items()
        if queue in rows and rows[queue]["happened"]["arrivals"]
    ]
    return [text for _size, text in sorted(found, key=lambda each: -each[0])]


def _difference(row: Mapping[str, Any]) -> float:
    before, after = row["replayed"]["median"], row["changed"]["median"]
    return abs(float(before or 0) - float(after or 0))


def _sentence(row: Mapping[str, Any], change: Mapping[str, Any], names: Mapping[str, str]) -> str:
    before, after = row["replayed"]["median"] or 0, row["changed"]["median"] or 0
    told = {
        "changes": ", ".join(change_words(change, names)),
        "queue": row["name"],
        "before": in_words(before),
        "after": in_words(after),
    }
    if abs(before - after) < _NOTICEABLE:
        said = _("With %(changes)s, the median wait in %(queue)s would stay at about %(before)s.") % told
    elif after < before:
        said = _("With %(changes)s, the median wait in %(queue)s would fall from %(before)s to %(after)s.") % told
    else:
        said = _("With %(changes)s, the median wait in %(queue)s would rise from %(before)s to %(after)s.") % told
    return f"{said} {_late(row)}".strip()


def _late(row: Mapping[str, Any]) -> str:
    before, after = row["replayed"]["breached"], row["changed"]["breached"]
    if not row["changed"]["promised"] or before == after:
        return ""
    return _("Late first answers: from %(before)d to %(after)d.") % {"before": before, "after": after}


def change_words(change: Mapping[str, Any], names: Mapping[str, str]) -> list[str]:
    """Each change of a queue in a few words: "1 more person from 09:00 to 12:00, Monday to Friday"."""
    return [*_people(change), *_rules(change, names)]


def _people(change: Mapping[str, Any]) -> Iterable[str]:
    people = change.get("people", 0)
    if people:
        more = ngettext("%(number)d more person", "%(number)d more people", people)
        fewer = ngettext("%(number)d person fewer", "%(number)d people fewer", -people)
        when = {
            "begin": f"{change['from_hour']}h",
            "end": f"{change['to_hour']}h",
            "days": dict(DAY_CHOICES)[change["days"]],
        }
        who = (more if people > 0 else fewer) % {"number": abs(people)}
        yield _("%(who)s from %(begin)s to %(end)s (%(days)s)") % {"who": who, **when}
    if change.get("capacity"):
        yield _("up to %(number)d conversations per person") % {"number": change["capacity"]}


def _rules(change: Mapping[str, Any], names: Mapping[str, str]) -> Iterable[str]:
    if "max_waiting" in change:
        size = change["max_waiting"]
        yield _("at most %(number)d waiting") % {"number": size} if size else _("no maximum size")
    if "overflow_minutes" in change:
        limit = change["overflow_minutes"]
        yield _("overflow after %(time)s") % {"time": in_words(limit * 60)} if limit else _("no overflow by time")
    if "overflow_queue_id" in change:
        name = names.get(change["overflow_queue_id"] or "")
        yield _("overflow to %(queue)s") % {"queue": name} if name else _("no overflow queue")
    if "target_minutes" in change:
        limit = change["target_minutes"]
        yield _("a promise of %(time)s") % {"time": in_words(limit * 60)} if limit else _("no promise")
