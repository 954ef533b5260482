"""Bells, list lines and pop-ups as they are pushed to the screens of one member."""

from uuid import UUID

from django.template.loader import render_to_string

from apps.core.realtime.rendering import Fragment, RenderClass, renders
from apps.notifications import selectors
from apps.notifications.models import Notification
from apps.organizations.viewing import seen_by

COUNTS = ("notification-count", "notification-count-top")


def count_html(element: str, unread: int) -> str:
    return render_to_string("notifications/_count.html", {"element": element, "unread": unread}).strip()


@renders("notification")
def _fragments(viewer: RenderClass, ids: dict[str, str], gone: bool) -> list[Fragment]:
    with seen_by(viewer) as organization:
        unread = selectors.unread_count(UUID(ids["member"]))
        fragments = [Fragment(element, "", count_html(element, unread)) for element in COUNTS]
        row = Notification.objects.filter(pk=ids["new"]).first() if ids["new"] else None
        if row is None:
            return fragments
        context = {"row": row, "slug": organization.slug}
        line = render_to_string("notifications/_row.html", context).strip()
        fragments.append(Fragment(f"n-{row.pk}", "#notification-list", line))
        if ids["toast"]:
            card = render_to_string("notifications/_toast.html", context).strip()
            fragments.append(Fragment(f"toast-{row.pk}", "#toasts", card))
        return fragments
