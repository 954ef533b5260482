"""The page of one's own figures."""

from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.template.defaultfilters import floatformat
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from apps.conversations.models import Ending
from apps.conversations.pages import membership_of
from apps.core import periods
from apps.core.templatetags.pytake import duration
from apps.desk import figures
from apps.desk.figures import Figures
from apps.desk.nav import nav_for
from apps.organizations.permissions import Perm, requires


@require_GET
@requires(Perm.USE_DESK)
def stats(request: HttpRequest, slug: str) -> HttpResponseBase:
    membership, period = membership_of(request), periods.chosen(request, periods.LONGER)
    mine, team = figures.of_agent(membership, period), figures.of_team(period)
    by_day = figures.days(period, mine, team)
    context = {
        "nav": nav_for(request, "stats"),
        "periods": periods.LONGER,
        "period": period,
        "cards": _cards(mine, team),
        "days": by_day,
        "weeks": figures.weeks(by_day),
        "statuses": [
            {"label": Ending.RESOLVED.label, "number": mine.resolved},
            {"label": Ending.TRANSFERRED.label, "number": mine.transferred},
            {"label": _("With me now"), "number": figures.open_now(membership)},
        ],
    }
    return TemplateResponse(request, "desk/stats.html", context)


def _cards(mine: Figures, team: Figures) -> list[dict[str, Any]]:
    return [
        _card(_("Handled"), icon="checks", value=str(mine.handled), team=floatformat(team.mean(team.handled), -1)),
        _card(
            _("First answer"), icon="message-reply", value=duration(mine.first_answer), team=duration(team.first_answer)
        ),
        _card(
            _("Time to resolution"),
            icon="clock-hour-4",
            value=duration(mine.resolution),
            team=duration(team.resolution),
        ),
        _card(
            _("Resolution rate"),
            icon="target-arrow",
            value=_percent(mine.resolution_rate),
            team=_percent(team.resolution_rate),
        ),
        _card(_("Satisfaction (CSAT)"), icon="mood-smile", value=_percent(mine.csat), team=_percent(team.csat)),
    ]


def _card(label: str, *, icon: str, value: str, team: str) -> dict[str, Any]:
    return {"label": label, "mark": icon, "value": value or "–", "team": team or "–"}


def _percent(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}%"
