from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from apps.core.backoffice import BackofficeAdmin, JournalAdmin
from apps.core.events import Event, publish
from apps.teams.events import AgentChanged, PromisesChanged, QueueChanged
from apps.teams.models import (
    Agent,
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
    TeamSettings,
)


class ChangingBackoffice(BackofficeAdmin):
    """What is saved here is news for routing, as it is when the panel saves it."""

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        super().save_model(request, obj, form, change)
        publish(self.news(obj))

    def news(self, saved: Any) -> Event:
        return PromisesChanged(saved.organization_id)


@admin.register(Department)
class DepartmentBackoffice(ChangingBackoffice):
    list_display = ("name", "organization", "color", "is_active")
    list_filter = ("is_active",)
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(Queue)
class QueueBackoffice(ChangingBackoffice):
    list_display = ("name", "organization", "department", "priority", "is_active", "created_at")
    list_filter = ("is_active", "priority")
    list_select_related = ("organization", "department")
    search_fields = ("name",)

    def news(self, saved: Queue) -> Event:
        return QueueChanged(saved.organization_id, saved.pk)


@admin.register(BusinessHours)
class BusinessHoursBackoffice(ChangingBackoffice):
    list_display = ("name", "organization", "time_zone")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(HolidayCalendar)
class HolidayCalendarBackoffice(ChangingBackoffice):
    list_display = ("name", "organization", "region", "with_optional")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(SlaPolicy)
class SlaPolicyBackoffice(ChangingBackoffice):
    list_display = ("name", "organization", "first_answer_minutes", "resolution_minutes", "is_active")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(Agent)
class AgentBackoffice(JournalAdmin):
    list_display = ("membership", "organization", "presence", "chosen", "last_seen_at", "capacity")
    list_filter = ("presence",)
    list_select_related = ("organization", "membership__user")


@admin.register(TeamSettings)
class TeamSettingsBackoffice(BackofficeAdmin):
    list_display = ("organization", "capacity", "idle_minutes", "requeue_minutes")
    list_select_related = ("organization",)


@admin.register(Skill)
class SkillBackoffice(BackofficeAdmin):
    list_display = ("name", "organization", "description")
    list_select_related = ("organization",)
    search_fields = ("name",)


@admin.register(MemberSkill)
class MemberSkillBackoffice(ChangingBackoffice):
    list_display = ("membership", "skill", "level", "organization")
    list_select_related = ("organization", "membership__user", "skill")
    search_fields = ("skill__name",)

    def news(self, saved: MemberSkill) -> Event:
        return AgentChanged(saved.organization_id, saved.membership_id)


@admin.register(QueueSkill)
class QueueSkillBackoffice(ChangingBackoffice):
    list_display = ("queue", "skill", "minimum", "organization")
    list_select_related = ("organization", "queue", "skill")
    search_fields = ("queue__name", "skill__name")

    def news(self, saved: QueueSkill) -> Event:
        return QueueChanged(saved.organization_id, saved.queue_id)


@admin.register(SpecialDay)
class SpecialDayBackoffice(ChangingBackoffice):
    list_display = ("date", "name", "kind", "calendar", "organization")
    list_filter = ("kind",)
    list_select_related = ("organization", "calendar")
    search_fields = ("name",)


@admin.register(OnlineSpan)
class OnlineSpanBackoffice(JournalAdmin):
    list_display = ("membership", "organization", "began_at", "ended_at")
    list_select_related = ("organization", "membership__user")
