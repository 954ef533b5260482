from apps.teams.models.agent import Agent, MemberSkill, OnlineSpan, PresenceState, Skill, TeamSettings
from apps.teams.models.department import Department
from apps.teams.models.hours import BusinessHours, HolidayCalendar, SpecialDay
from apps.teams.models.queue import OutOfHours, Queue, QueueSkill, RoutingMode
from apps.teams.models.sla import SlaPolicy

__all__ = [
    "Agent",
    "BusinessHours",
    "Department",
    "HolidayCalendar",
    "MemberSkill",
    "OnlineSpan",
    "OutOfHours",
    "PresenceState",
    "Queue",
    "QueueSkill",
    "RoutingMode",
    "Skill",
    "SlaPolicy",
    "SpecialDay",
    "TeamSettings",
]
