"""Departments, queues and what they are made of, for tests."""

from datetime import UTC, date, datetime

from factory.declarations import LazyAttribute, Sequence

from apps.organizations.tests.factories import TenantFactory
from apps.teams.models import (
    BusinessHours,
    Department,
    HolidayCalendar,
    MemberSkill,
    OnlineSpan,
    Queue,
    QueueSkill,
    Skill,
    SlaPolicy,
    SpecialDay,
)


class DepartmentFactory(TenantFactory[Department]):
    class Meta:
        model = Department

    name = Sequence(lambda number: f"Department {number}")


class QueueFactory(TenantFactory[Queue]):
    """A queue in its own department, unless `department=` says which."""

    class Meta:
        model = Queue

    name = Sequence(lambda number: f"Queue {number}")
    department = LazyAttribute(lambda made: DepartmentFactory(organization=made.organization))


class BusinessHoursFactory(TenantFactory[BusinessHours]):
    """Monday to Friday 8:00 to 18:00 in São Paulo."""

    class Meta:
        model = BusinessHours

    name = Sequence(lambda number: f"Hours {number}")
    time_zone = "America/Sao_Paulo"


class HolidayCalendarFactory(TenantFactory[HolidayCalendar]):
    class Meta:
        model = HolidayCalendar

    name = Sequence(lambda number: f"Calendar {number}")
    region = "BR"


class SpecialDayFactory(TenantFactory[SpecialDay]):
    class Meta:
        model = SpecialDay

    calendar = LazyAttribute(lambda made: HolidayCalendarFactory(organization=made.organization))
    date = date(2030, 3, 4)
    name = "Anniversary"


class SkillFactory(TenantFactory[Skill]):
    class Meta:
        model = Skill

    name = Sequence(lambda number: f"Skill {number}")


class MemberSkillFactory(TenantFactory[MemberSkill]):
    """Give `membership` and `skill`."""

    class Meta:
        model = MemberSkill

    level = 3


class QueueSkillFactory(TenantFactory[QueueSkill]):
    """Give `queue` and `skill`."""

    class Meta:
        model = QueueSkill

    minimum = 1


class SlaPolicyFactory(TenantFactory[SlaPolicy]):
    class Meta:
        model = SlaPolicy

    name = Sequence(lambda number: f"Policy {number}")
    first_answer_minutes = 15


class OnlineSpanFactory(TenantFactory[OnlineSpan]):
    """Give `membership`."""

    class Meta:
        model = OnlineSpan

    began_at = datetime(2030, 3, 4, 12, tzinfo=UTC)
