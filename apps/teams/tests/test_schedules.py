"""Which hours hold for a queue: its own, else its department's; holidays of a place, and own dates over them."""

from datetime import UTC, date, datetime

import pytest

from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.organizations.tenancy import ForeignTenant, tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.teams.calendar import ALWAYS
from apps.teams.holiday_dates import REGIONS, official
from apps.teams.models import BusinessHours, HolidayCalendar, Queue, SpecialDay
from apps.teams.schedules import WITH_HOURS, hours_of, hours_of_queues
from apps.teams.tests.factories import QueueFactory

pytestmark = pytest.mark.django_db
NINE_TO_SIX = [[[540, 1080]]] * 7


@pytest.fixture
def queue():
    made = QueueFactory()
    with tenant_scope(made.organization):
        yield made


def week(name="Week", zone="America/Sao_Paulo", days=NINE_TO_SIX):
    return BusinessHours.objects.create(name=name, time_zone=zone, week=days)


def local(hour, day=date(2026, 3, 4)):
    return datetime(day.year, day.month, day.day, hour + 3, tzinfo=UTC)  # São Paulo is UTC-3 since 2019


def test_without_hours_a_queue_is_always_open(queue):
    assert hours_of(queue) is ALWAYS


def test_the_departments_hours_hold_until_the_queue_has_its_own(queue):
    queue.department.hours = week()
    assert hours_of(queue).is_open(local(10))
    assert not hours_of(queue).is_open(local(20))
    queue.hours = week("Nights", days=[[[0, 360], [1140, 1440]]] * 7)
    assert not hours_of(queue).is_open(local(10))
    assert hours_of(queue).is_open(local(20))


def test_national_and_state_holidays_close_and_optional_days_only_when_wanted(queue):
    queue.hours = week()
    queue.calendar = HolidayCalendar.objects.create(name="SP", region="BR-SP")
    assert not hours_of(queue).is_open(local(10, date(2026, 9, 7))), "independence"
    assert not hours_of(queue).is_open(local(10, date(2026, 7, 9))), "the state's own"
    assert hours_of(queue).is_open(local(10, date(2026, 2, 17))), "carnival"
    queue.calendar = HolidayCalendar.objects.create(name="SP+", region="BR-SP", with_optional=True)
    assert not hours_of(queue).is_open(local(10, date(2026, 2, 17)))


def test_own_dates_come_before_the_official_ones(queue):
    queue.hours, calendar = week(), HolidayCalendar.objects.create(name="Ours", region="BR")
    queue.calendar = calendar
    SpecialDay.objects.create(calendar=calendar, date=date(2026, 9, 7), name="We work", kind="ordinary")
    SpecialDay.objects.create(
        calendar=calendar, date=date(2026, 12, 24), name="Eve", kind="shortened", begins=540, ends=720
    )
    SpecialDay.objects.create(calendar=calendar, date=date(2026, 3, 4), name="Anniversary")
    hours = hours_of(queue)
    assert hours.is_open(local(10, date(2026, 9, 7)))
    assert hours.is_open(local(11, date(2026, 12, 24)))
    assert not hours.is_open(local(13, date(2026, 12, 24)))
    assert not hours.is_open(local(10))
    assert hours.next_opening(local(10)) == local(9, date(2026, 3, 5))


def test_holidays_alone_close_an_otherwise_open_queue_in_the_companys_zone(queue):
    queue.department.calendar = HolidayCalendar.objects.create(name="BR", region="BR")
    hours = hours_of(queue)
    assert not hours.is_open(local(0, date(2026, 9, 7)))
    assert hours.is_open(datetime(2026, 9, 7, 2, 59, tzinfo=UTC)), "still the sixth in São Paulo"


def test_any_number_of_queues_costs_two_queries(queue):
    for number in range(5):
        other = QueueFactory(organization=queue.organization)
        other.hours = week(f"W{number}")
        other.calendar = HolidayCalendar.objects.create(name=f"C{number}", region="BR")
        other.save()
    with CaptureQueriesContext(connection) as queries:
        assert len(hours_of_queues(Queue.objects.select_related(*WITH_HOURS))) == 6
    assert len(queries) == 2


def test_every_region_that_can_be_chosen_has_holidays():
    for region, _name in REGIONS:
        assert bool(official(region, 2026)) == bool(region)
    with pytest.raises(KeyError):
        official("BR-XX", 2026)


@pytest.mark.parametrize(
    ("zone", "days"),
    [
        ("Mars/Olympus", NINE_TO_SIX),
        ("UTC", [[[600, 540]]] * 7),
        ("UTC", [[[540, 540]]] * 7),
        ("UTC", [[[0, 1441]]] * 7),
        ("UTC", [[[540, 720], [700, 800]]] * 7),
        ("UTC", [[[540, 720]]] * 6),
        ("UTC", "soon"),
        ("UTC", [[["a", "b"]]] * 7),
    ],
)
def test_a_broken_week_or_an_unknown_zone_is_refused(queue, zone, days):
    with pytest.raises(ValidationError):
        BusinessHours(name="Bad", time_zone=zone, week=days, organization=queue.organization).full_clean()


def test_the_database_itself_refuses_a_day_that_ends_before_it_begins(queue):
    calendar = HolidayCalendar.objects.create(name="Ours")
    with pytest.raises(IntegrityError), transaction.atomic():
        SpecialDay.objects.create(
            calendar=calendar, date=date(2026, 1, 1), name="x", kind="shortened", begins=9, ends=9
        )


def test_hours_of_another_company_cannot_be_attached(queue):
    other = OrganizationFactory()
    with tenant_scope(other):
        foreign = week()
    queue.hours = foreign
    with pytest.raises(ForeignTenant):
        queue.save()
