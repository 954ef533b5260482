"""Events: told after the commit, in order, to those who asked; never for what was rolled back."""

from collections import defaultdict
from dataclasses import FrozenInstanceError, dataclass

import pytest

from django.db import transaction

from apps.core import events
from apps.core.events import Event, publish, subscribe


@dataclass(frozen=True, slots=True)
class Happened(Event):
    number: int


@dataclass(frozen=True, slots=True)
class HappenedToo(Happened):
    """A kind of its own, though it inherits."""


@pytest.fixture(autouse=True)
def receivers(monkeypatch):
    monkeypatch.setattr(events, "_receivers", defaultdict(list))


@pytest.mark.django_db(transaction=True)
def test_receivers_run_after_the_commit_in_the_order_they_registered():
    told = []
    subscribe(Happened)(lambda event: told.append(("first", event.number)))
    subscribe(Happened)(lambda event: told.append(("second", event.number)))
    with transaction.atomic():
        publish(Happened(1))
        publish(Happened(2))
        assert told == []
    assert told == [("first", 1), ("second", 1), ("first", 2), ("second", 2)]


def publish_and_fail(number):
    with transaction.atomic():
        publish(Happened(number))
        raise ZeroDivisionError


@pytest.mark.django_db(transaction=True)
def test_what_was_rolled_back_never_happened():
    told = []
    subscribe(Happened)(told.append)
    with pytest.raises(ZeroDivisionError):
        publish_and_fail(1)
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError):
            publish_and_fail(2)
        publish(Happened(3))
    assert told == [Happened(3)]


@pytest.mark.django_db(transaction=True)
def test_without_a_transaction_it_is_told_at_once():
    told = []
    subscribe(Happened)(told.append)
    publish(Happened(1))
    assert told == [Happened(1)]


@pytest.mark.django_db(transaction=True)
def test_a_receiver_hears_exactly_its_kind():
    told = []
    subscribe(Happened)(told.append)
    publish(HappenedToo(1))
    assert told == []
    publish(Happened(2))
    assert told == [Happened(2)]


def test_an_event_is_a_fact_nobody_changes_it():
    with pytest.raises(FrozenInstanceError):
        Happened(1).number = 2


def test_subscribing_leaves_the_function_as_it_was():
    def receiver(event):
        return event.number

    assert subscribe(Happened)(receiver) is receiver
