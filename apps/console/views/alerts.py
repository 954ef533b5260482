"""SLA alerts: which promises were, or are about to be, broken."""

from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from apps.console.page import address, page
from apps.core import periods
from apps.organizations.permissions import Perm, requires
from apps.routing import alerts
from apps.routing.models import ClockKind
from apps.teams.models import Queue


@require_safe
@requires(Perm.ASSIGN)
def sla_alerts(request: HttpRequest, slug: str) -> HttpResponse:
    """The newest first, by queue, promise, state and period. The first page refreshes itself."""
    period = periods.chosen(request)
    queue = alerts.queue_or_any(request.GET.get("queue", ""))
    kind = alerts.kind_or_any(request.GET.get("kind", ""))
    state = alerts.state_or_any(request.GET.get("state", ""))
    after = request.GET.get("after", "")
    found = alerts.page_of(alerts.Wanted(period.begins_at, queue, kind, state), after)
    chosen = {"period": period.key, "queue": str(queue or ""), "kind": kind, "state": state}
    here = f"{address(request, 'sla_alerts')}?{urlencode({key: value for key, value in chosen.items() if value})}"
    return page(
        request,
        "console/sla_alerts.html",
        "sla_alerts",
        rows=found.rows,
        counts=alerts.open_counts(),
        chosen=chosen,
        is_filtered=bool(queue or kind or state),
        here=here,
        is_first=not after,
        next_url=f"{here}&{urlencode({'after': found.next_cursor})}" if found.next_cursor else "",
        previous_url=here if after else "",
        periods=periods.ALL,
        queues=Queue.objects.order_by("name"),
        kinds=ClockKind.choices,
        states=[(state.value, state.label) for state in alerts.STATES],
    )
