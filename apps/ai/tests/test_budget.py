"""The monthly budget is a wall, also for calls at the same time and for calls that were killed."""

import threading
from datetime import timedelta

import pytest

from django.db import connection

from apps.ai import budget
from apps.ai.errors import BudgetSpent
from apps.ai.models import Spending, Usage
from apps.ai.tests.factories import ProviderFactory
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope

LIMIT, CALL = 1_000, 30


@pytest.mark.django_db(transaction=True)
def test_parallel_calls_never_overshoot():
    provider = ProviderFactory(monthly_budget=LIMIT)
    refused, passed = [], []

    def caller() -> None:
        try:
            with tenant_scope(provider.organization):
                for _call in range(10):
                    try:
                        usage = budget.reserve(provider, model="m", most=CALL)
                    except BudgetSpent as error:
                        refused.append(error)
                        continue
                    passed.append(usage)
                    budget.settle(usage.pk, state=Usage.State.DONE, cost=CALL - 5)
        finally:
            connection.close()

    threads = [threading.Thread(target=caller) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with tenant_scope(provider.organization):
        row = Spending.objects.get()
    assert (row.reserved, row.spent) == (0, len(passed) * (CALL - 5))
    assert LIMIT - CALL < row.spent <= LIMIT
    assert len(passed) + len(refused) == 80
    assert {error.retry_at for error in refused} == {budget.next_month()}


@pytest.mark.django_db
def test_without_the_reservation_the_same_calls_would_overshoot():
    """Negative control: if only what is spent were looked at, calls under way would all pass."""
    provider = ProviderFactory(monthly_budget=LIMIT)
    with tenant_scope(provider.organization):
        under_way = [budget.reserve(provider, model="m", most=CALL) for _ in range(LIMIT // CALL)]
        with pytest.raises(BudgetSpent):
            budget.reserve(provider, model="m", most=CALL)
        Spending.objects.update(reserved=0)
        under_way.append(budget.reserve(provider, model="m", most=CALL))
        assert sum(usage.reserved for usage in under_way) > LIMIT


@pytest.mark.django_db
def test_a_killed_call_is_counted_in_full_after_a_while_and_settled_once():
    provider = ProviderFactory(monthly_budget=LIMIT)
    with tenant_scope(provider.organization):
        lost = budget.reserve(provider, model="m", most=400)
        Usage.objects.filter(pk=lost.pk).update(at=now() - timedelta(minutes=11))
        budget.reserve(provider, model="m", most=100)
        row = Spending.objects.get()
        assert (row.spent, row.reserved) == (400, 100)
        budget.settle(lost.pk, state=Usage.State.DONE, cost=1)
        assert Spending.objects.get().spent == 400


@pytest.mark.django_db
def test_no_budget_is_no_limit_and_zero_is_nothing():
    free, closed = ProviderFactory(monthly_budget=None), ProviderFactory(monthly_budget=0)
    with tenant_scope(free.organization):
        budget.reserve(free, model="m", most=10**11)
    with tenant_scope(closed.organization), pytest.raises(BudgetSpent):
        budget.reserve(closed, model="m", most=1)


def test_costs_are_whole_micros_rounded_up():
    provider = ProviderFactory.build(organization=None, price_in=150_000, price_out=600_000)
    assert (provider.cost(1, 0), provider.cost(1_000_000, 1_000_000), provider.cost(0, 0)) == (1, 750_000, 0)
