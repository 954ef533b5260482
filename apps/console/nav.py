"""The sections of the admin panel that a member may open."""

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.organizations.permissions import Perm, has_perm


@dataclass(frozen=True, slots=True)
class Section:
    key: str
    url_name: str
    label: Promise
    icon: str
    perm: Perm


SECTIONS = [
    Section("dashboard", "console:dashboard", _("Dashboard"), icon="layout-dashboard", perm=Perm.USE_CONSOLE),
    Section(
        "conversations", "console:conversations", _("Conversations"), icon="messages", perm=Perm.SEE_ALL_CONVERSATIONS
    ),
    Section("sla_alerts", "console:sla_alerts", _("SLA alerts"), icon="clock-exclamation", perm=Perm.ASSIGN),
    Section("numbers", "console:numbers", _("Numbers"), icon="brand-whatsapp", perm=Perm.MANAGE_NUMBERS),
    Section("people", "console:people", _("People"), icon="users", perm=Perm.MANAGE_PEOPLE),
    Section("teams", "console:teams", _("Teams"), icon="sitemap", perm=Perm.MANAGE_TEAMS),
    Section("bots", "chatbots:bots", _("Bots"), icon="robot", perm=Perm.SEE_BOTS),
    Section("inbox_settings", "console:canned", _("Inbox settings"), icon="message-cog", perm=Perm.MANAGE_TEAMS),
    Section("connections", "console:secrets", _("Connections"), icon="plug", perm=Perm.MANAGE_SECRETS),
    Section("settings", "console:settings", _("Settings"), icon="settings", perm=Perm.MANAGE_ORGANIZATION),
]


def build_nav(request: HttpRequest, active: str, *, badges: dict[str, int] | None = None) -> list[dict[str, Any]]:
    """Rows for the sidebar of `layouts/console.html`: url, label, icon, active, badge."""
    membership = request.membership  # type: ignore[attr-defined]
    slug = request.organization.slug  # type: ignore[attr-defined]
    return [
        {
            "url": reverse(section.url_name, kwargs={"slug": slug}),
            "label": section.label,
            "icon": section.icon,
            "active": section.key == active,
            "badge": (badges or {}).get(section.key),
        }
        for section in SECTIONS
        if has_perm(membership, section.perm)
    ]


TEAM_TABS = [
    ("teams", _("Departments and queues")),
    ("agents", _("Agents")),
    ("skills", _("Skills")),
    ("hours_list", _("Business hours")),
    ("calendars", _("Holidays")),
    ("sla_list", _("SLA")),
    ("scenarios", _("What-if")),
]


def tabs(request: HttpRequest, active: str) -> list[dict[str, Any]]:
    """The pages of teams, for `console/_tabs.html`."""
    slug = request.organization.slug  # type: ignore[attr-defined]
    return [
        {"url": reverse(f"console:{name}", kwargs={"slug": slug}), "label": label, "active": name == active}
        for name, label in TEAM_TABS
    ]
