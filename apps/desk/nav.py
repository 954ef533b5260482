"""The sections of the agent panel."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

_SECTIONS = [
    ("dashboard", "desk:dashboard", _("Dashboard"), "layout-dashboard"),
    ("queue", "desk:queue", _("Queue"), "stack-2"),
    ("inbox", "desk:inbox", _("Conversations"), "messages"),
    ("history", "desk:history", _("History"), "history"),
    ("completed", "desk:completed", _("Completed"), "circle-check"),
    ("stats", "desk:stats", _("My figures"), "chart-bar"),
]


def nav_for(request: HttpRequest, active: str) -> list[dict[str, Any]]:
    """Rows for the sidebar of `layouts/desk.html`: url, label, icon, active, badge."""
    slug = request.organization.slug  # type: ignore[attr-defined]
    return [
        {"url": reverse(name, kwargs={"slug": slug}), "label": label, "icon": icon, "active": key == active}
        for key, name, label, icon in _SECTIONS
    ]
