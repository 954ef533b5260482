"""The monthly budget as a hard limit: the most that a call can cost is reserved before it, the truth settled after it.

One conditional UPDATE decides, so calls at the same time cannot overshoot together.
"""

import uuid
from datetime import date, datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from apps.ai.errors import BudgetSpent
from apps.ai.models import Provider, Spending, Usage
from apps.core.clock import now

LOST = timedelta(minutes=10)  # a call under way for longer was killed; it may have been charged


def reserve(provider: Provider, *, model: str, most: int) -> Usage:
    """Raises BudgetSpent when `most` micros are no longer left this month."""
    spending, _made = Spending.objects.get_or_create(provider=provider, month=this_month())
    _settle_lost(spending)
    with transaction.atomic():
        rows = Spending.objects.filter(pk=spending.pk)
        if provider.monthly_budget is not None:
            rows = rows.filter(spent__lte=provider.monthly_budget - F("reserved") - most)
        if not rows.update(reserved=F("reserved") + most):
            raise BudgetSpent(
                _("The month's budget of “%(name)s” leaves no room for this call.") % {"name": provider.name},
                next_month(),
            )
        return Usage.objects.create(spending=spending, model=model, reserved=most)


def settle(
    usage_id: uuid.UUID, *, state: str, cost: int = 0, tokens_in: int = 0, tokens_out: int = 0, ms: int = 0
) -> None:
    """Once only: a second settlement of the same call changes nothing."""
    with transaction.atomic():
        usage = Usage.objects.select_for_update().get(pk=usage_id)
        if usage.state != Usage.State.RESERVED:
            return
        told = {"cost": cost, "tokens_in": tokens_in, "tokens_out": tokens_out, "ms": ms}
        Usage.objects.filter(pk=usage_id).update(state=state, **told)
        Spending.objects.filter(pk=usage.spending_id).update(
            spent=F("spent") + cost, reserved=F("reserved") - usage.reserved
        )


def _settle_lost(spending: Spending) -> None:
    """Counted in full, so that a killed process never makes room for more than the budget."""
    lost = spending.usages.filter(state=Usage.State.RESERVED, at__lt=now() - LOST)
    for usage_id, reserved in lost.values_list("pk", "reserved")[:100]:
        settle(usage_id, state=Usage.State.ASSUMED, cost=reserved)


def this_month() -> date:
    return now().date().replace(day=1)


def next_month() -> datetime:
    first = (this_month() + timedelta(days=32)).replace(day=1)
    return datetime.combine(first, time(), tzinfo=now().tzinfo)
