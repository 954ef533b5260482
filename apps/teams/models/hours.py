"""When a department or queue answers: a week of intervals in a zone, and the days that are different."""

from zoneinfo import ZoneInfo

from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.zones import is_zone
from apps.organizations.tenancy import TenantModel
from apps.teams.calendar import DAY_MINUTES, Minutes
from apps.teams.holiday_dates import REGIONS

MOST_INTERVALS = 6
WORKING_WEEK = [[[480, 1080]]] * 5 + [[], []]


def working_week() -> list[list[list[int]]]:
    return [[list(interval) for interval in day] for day in WORKING_WEEK]


def interval_problem(intervals: "list[Minutes] | tuple[Minutes, ...]") -> str:
    """What is wrong with one day's intervals, as a sentence; empty when nothing is."""
    if len(intervals) > MOST_INTERVALS:
        return str(_("At most %d intervals a day.") % MOST_INTERVALS)
    if any(not 0 <= begin < end <= DAY_MINUTES for begin, end in intervals):
        return str(_("Each interval must end after it begins. For a night, use one until 00:00 and one the next day."))
    ordered = sorted(intervals)
    if any(later[0] < earlier[1] for earlier, later in zip(ordered, ordered[1:], strict=False)):
        return str(_("Two intervals overlap. Join them or move one."))
    return ""


def check_week(week: object) -> None:
    """Raises ValidationError unless `week` is seven lists of [begin, end] minutes."""
    try:
        days = [[(int(begin), int(end)) for begin, end in day] for day in week]  # type: ignore[attr-defined]
    except (TypeError, ValueError) as error:
        raise ValidationError(_("The week is not complete.")) from error
    problems = [problem for day in days if (problem := interval_problem(day))]
    if len(days) != 7 or problems:
        raise ValidationError(problems or [_("The week is not complete.")])


def check_zone(name: str) -> None:
    if not is_zone(name):
        raise ValidationError(_("This time zone does not exist. Choose one of the list."))


class BusinessHours(TenantModel):
    """A named week: shared by departments and queues."""

    name = models.CharField(_("name"), max_length=60)
    time_zone = models.CharField(_("time zone"), max_length=64, validators=[check_zone])
    week = models.JSONField(
        _("week"), default=working_week, validators=[check_week], help_text="Monday first; minutes after midnight."
    )

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("business hours")
        verbose_name_plural = _("business hours")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="business_hours_once")]

    def __str__(self) -> str:
        return self.name

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def days(self) -> tuple[tuple[Minutes, ...], ...]:
        return tuple(tuple(sorted((begin, end) for begin, end in day)) for day in self.week)


class HolidayCalendar(TenantModel):
    """Official holidays of a place, and the company's own dates."""

    name = models.CharField(_("name"), max_length=60)
    region = models.CharField(_("official holidays"), max_length=16, blank=True, choices=REGIONS)
    with_optional = models.BooleanField(
        _("also close on optional days"), default=False, help_text=_("Carnival, Corpus Christi and the like.")
    )

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("holiday calendar")
        verbose_name_plural = _("holiday calendars")
        ordering = ["name"]
        constraints = [models.UniqueConstraint(fields=["organization", "name"], name="holiday_calendar_once")]

    def __str__(self) -> str:
        return self.name


class SpecialDay(TenantModel):
    """One date of a calendar that is not what the week or the official list says."""

    class Kind(models.TextChoices):
        CLOSED = "closed", _("Closed all day")
        SHORTENED = "shortened", _("Other hours")
        ORDINARY = "ordinary", _("Open as usual")

    calendar = models.ForeignKey(HolidayCalendar, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=60)
    kind = models.CharField(_("what happens"), max_length=9, choices=Kind.choices, default=Kind.CLOSED)
    begins = models.PositiveSmallIntegerField(default=0, help_text="Minutes after midnight.")
    ends = models.PositiveSmallIntegerField(default=0)

    class Meta(TenantModel.Meta):
        abstract = False
        verbose_name = _("special day")
        verbose_name_plural = _("special days")
        ordering = ["date"]
        constraints = [
            models.UniqueConstraint(fields=["calendar", "date"], name="special_day_once"),
            models.CheckConstraint(
                condition=~models.Q(kind="shortened") | models.Q(begins__lt=models.F("ends"), ends__lte=DAY_MINUTES),
                name="special_day_begins_before_it_ends",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date:%Y-%m-%d} {self.name}"

    @property
    def intervals(self) -> tuple[Minutes, ...] | None:
        """The hours of this day; None: those of the week."""
        if self.kind == self.Kind.ORDINARY:
            return None
        return ((self.begins, self.ends),) if self.kind == self.Kind.SHORTENED else ()
