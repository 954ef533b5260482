"""An agent's figures of a period beside the team's mean, in the organisation's time zone."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.core.cache import cache
from django.db.models import Avg, Count, F, Q, QuerySet
from django.db.models.functions import TruncDate
from django.utils import timezone

from apps.conversations.models import Conversation, Ending, Handling, Survey
from apps.core.periods import Period
from apps.organizations.models import Membership
from apps.organizations.tenancy import current_organization_id

TEAM_SECONDS = 300  # the team's mean may be five minutes old; one's own figures never are
HAPPY = 4  # a rating of four or five


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts, mean times and rates; None where there is nothing to take a mean of."""

    handled: int
    resolved: int
    transferred: int
    agents: int
    first_answer: timedelta | None
    resolution: timedelta | None
    rating: float | None
    ratings: int
    happy: int
    by_day: dict[date, int]

    @property
    def resolution_rate(self) -> float | None:
        return 100 * self.resolved / self.handled if self.handled else None

    @property
    def csat(self) -> float | None:
        """Per cent of ratings that are four or five."""
        return 100 * self.happy / self.ratings if self.ratings else None

    def mean(self, number: int) -> float:
        """A count for each agent."""
        return round(number / self.agents, 1) if self.agents else 0


def of_agent(membership: Membership, period: Period) -> Figures:
    return _figures(Handling.objects.filter(agent=membership), Survey.objects.filter(agent=membership), period)


def of_team(period: Period) -> Figures:
    key = f"org:{current_organization_id()}:desk-figures:{period.key}:{period.first_day}"
    found: Figures | None = cache.get(key)
    if found is None:
        found = _figures(Handling.objects.all(), Survey.objects.all(), period)
        cache.set(key, found, TEAM_SECONDS)
    return found


def _figures(handlings: Any, surveys: "QuerySet[Survey]", period: Period) -> Figures:
    done = handlings.done().filter(ended_at__gte=period.begins_at)
    answered_here = Q(
        conversation__first_answered_at__gte=F("started_at"), conversation__first_answered_at__lte=F("ended_at")
    )
    counted = done.aggregate(
        handled=Count("pk"),
        resolved=Count("pk", filter=Q(ending=Ending.RESOLVED)),
        transferred=Count("pk", filter=Q(ending=Ending.TRANSFERRED)),
        agents=Count("agent", distinct=True),
        first_answer=Avg(F("conversation__first_answered_at") - F("conversation__created_at"), filter=answered_here),
        resolution=Avg(F("ended_at") - F("conversation__created_at"), filter=Q(ending=Ending.RESOLVED)),
    )
    rated = surveys.filter(score__isnull=False, answered_at__gte=period.begins_at).aggregate(
        rating=Avg("score"), ratings=Count("pk"), happy=Count("pk", filter=Q(score__gte=HAPPY))
    )
    return Figures(**counted, **rated, by_day=_by_day(done))


def _by_day(done: Any) -> dict[date, int]:
    day = TruncDate("ended_at", tzinfo=timezone.get_current_timezone())
    rows = done.annotate(day=day).values("day").annotate(number=Count("pk")).order_by("day")
    return {row["day"]: row["number"] for row in rows}


def days(period: Period, mine: Figures, team: Figures) -> list[dict[str, Any]]:
    """One row a day, days without anything included."""
    found = [period.first_day + timedelta(days=at) for at in range(period.days)]
    return [{"day": day, "mine": mine.by_day.get(day, 0), "team": team.mean(team.by_day.get(day, 0))} for day in found]


def weeks(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same by weeks, which begin on Monday; the first one may be a part."""
    found: dict[date, dict[str, Any]] = {}
    for row in rows:
        monday = row["day"] - timedelta(days=row["day"].weekday())
        week = found.setdefault(monday, {"day": monday, "mine": 0, "team": 0.0})
        week["mine"] += row["mine"]
        week["team"] = round(week["team"] + row["team"], 1)
    return list(found.values())


def open_now(membership: Membership) -> int:
    return Conversation.objects.mine(membership).count()
