"""Forms of teams. Choices come from the tenant in scope when the form is made."""

from apps.teams.forms.agents import AgentForm, SkillForm, TeamSettingsForm
from apps.teams.forms.base import NamedForm, TeamForm, people_who_answer
from apps.teams.forms.department import DepartmentForm
from apps.teams.forms.hours import BusinessHoursForm, HolidayCalendarForm, SpecialDayForm
from apps.teams.forms.queue import QueueForm
from apps.teams.forms.sla import SlaPolicyForm

__all__ = [
    "AgentForm",
    "BusinessHoursForm",
    "DepartmentForm",
    "HolidayCalendarForm",
    "NamedForm",
    "QueueForm",
    "SkillForm",
    "SlaPolicyForm",
    "SpecialDayForm",
    "TeamForm",
    "TeamSettingsForm",
    "people_who_answer",
]
