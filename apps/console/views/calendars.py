"""Holiday calendars: official holidays of a place, and the company's own dates."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import Count
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import to_locale
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from apps.audit.services import record
from apps.console.nav import tabs
from apps.console.page import go, member, page
from apps.console.views.workshop import delete_unless_used
from apps.core.events import publish
from apps.organizations.permissions import Perm, requires
from apps.teams.events import PromisesChanged
from apps.teams.forms import HolidayCalendarForm, SpecialDayForm
from apps.teams.holiday_dates import official
from apps.teams.models import HolidayCalendar, SpecialDay


@require_safe
@requires(Perm.MANAGE_TEAMS)
def calendars(request: HttpRequest, slug: str) -> HttpResponse:
    rows = HolidayCalendar.objects.annotate(own_days=Count("days")).prefetch_related("departments", "queues")
    return page(request, "console/calendars.html", "teams", rows=rows.order_by("name"), tabs=tabs(request, "calendars"))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def calendar_new(request: HttpRequest, slug: str) -> HttpResponse:
    return _edit(request, HolidayCalendarForm(request.POST or None, initial={"region": "BR"}))


@require_http_methods(["GET", "HEAD", "POST"])
@requires(Perm.MANAGE_TEAMS)
def calendar(request: HttpRequest, slug: str, calendar_id: UUID) -> HttpResponse:
    found = get_object_or_404(HolidayCalendar, pk=calendar_id)
    return _edit(request, HolidayCalendarForm(request.POST or None, instance=found))


def _edit(request: HttpRequest, form: HolidayCalendarForm) -> HttpResponse:
    if form.is_valid():
        with transaction.atomic():
            saved = form.save()
            record("calendar.saved", actor=member(request), target=saved.name)
        messages.success(request, _("“%(name)s” is saved.") % {"name": saved.name})
        return go(request, "calendar", calendar_id=saved.pk)
    return _calendar_page(request, form, status=422 if form.is_bound else 200)


def _calendar_page(
    request: HttpRequest, form: HolidayCalendarForm, day_form: SpecialDayForm | None = None, status: int = 200
) -> HttpResponse:
    context: dict[str, Any] = {"form": form, "name": form.initial.get("name"), "tabs": tabs(request, "calendars")}
    if not form.instance._state.adding:
        found = HolidayCalendar.objects.get(pk=form.instance.pk)  # as it is stored, whatever was typed
        context |= {
            "found": found,
            "days": found.days.all(),
            "day_form": day_form or SpecialDayForm(calendar=found),
            "official": coming(request, found),
        }
    return page(request, "console/calendar.html", "teams", status=status, **context)


def coming(request: HttpRequest, found: HolidayCalendar) -> list[tuple[date, str]]:
    """Official holidays from today to the end of next year, in the viewer's language."""
    today = localdate()
    language = "pt_BR" if to_locale(request.LANGUAGE_CODE) == "pt_BR" else "en_US"
    years = (official(found.region, year, optional=found.with_optional, language=language) for year in _years(today))
    return [(day, name) for year in years for day, name in year.items() if day >= today]


def _years(today: date) -> tuple[int, int]:
    return today.year, today.year + 1


@require_POST
@requires(Perm.MANAGE_TEAMS)
def calendar_delete(request: HttpRequest, slug: str, calendar_id: UUID) -> HttpResponse:
    return delete_unless_used(request, get_object_or_404(HolidayCalendar, pk=calendar_id), "calendar", "calendars")


@require_POST
@requires(Perm.MANAGE_TEAMS)
def day_add(request: HttpRequest, slug: str, calendar_id: UUID) -> HttpResponse:
    found = get_object_or_404(HolidayCalendar, pk=calendar_id)
    form = SpecialDayForm(request.POST, calendar=found)
    if not form.is_valid():
        return _calendar_page(request, HolidayCalendarForm(instance=found), form, status=422)
    with transaction.atomic():
        day = form.save()
        publish(PromisesChanged(found.organization_id))
        record("calendar.day_added", actor=member(request), target=found.name, date=day.date.isoformat())
    messages.success(request, _("“%(name)s” is saved.") % {"name": day.name})
    return go(request, "calendar", calendar_id=found.pk)


@require_POST
@requires(Perm.MANAGE_TEAMS)
@transaction.atomic
def day_delete(request: HttpRequest, slug: str, day_id: UUID) -> HttpResponse:
    day = get_object_or_404(SpecialDay.objects.select_related("calendar"), pk=day_id)
    record("calendar.day_deleted", actor=member(request), target=day.calendar.name, date=day.date.isoformat())
    day.delete()
    publish(PromisesChanged(day.organization_id))
    messages.success(request, _("“%(name)s” is deleted.") % {"name": day.name})
    return go(request, "calendar", calendar_id=day.calendar_id)
