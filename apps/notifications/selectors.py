"""Reads of one member's notifications."""

from dataclasses import dataclass
from uuid import UUID

from apps.core.pagination import Page, keyset
from apps.notifications.kinds import Kind, kinds_for
from apps.notifications.models import Notification, Preference
from apps.organizations.models import Membership

PAGE_SIZE, PANEL_SIZE, MOST_COUNTED = 30, 12, 100


def unread_count(membership_id: UUID) -> int:
    """How many are unread, counted no further than a badge can show (`99+`)."""
    return Notification.objects.filter(recipient=membership_id, read_at=None)[:MOST_COUNTED].count()


def page_of(membership: Membership, *, only_unread: bool, after: str, size: int = PAGE_SIZE) -> Page[Notification]:
    rows = Notification.objects.of(membership)
    return keyset(rows.unread() if only_unread else rows, ["-id"], after, size, parse=[UUID])


@dataclass(frozen=True, slots=True)
class Choice:
    """A line of the preferences: the kind, and for each channel its name and whether it is on."""

    kind: Kind
    channels: list[tuple[str, str, bool]]


def choices_of(membership: Membership) -> list[Choice]:
    off = set(Preference.objects.filter(membership=membership, is_on=False).values_list("kind", "channel"))
    return [
        Choice(kind, [(name, str(label), (kind.key, name) not in off) for name, label in Preference.Channel.choices])
        for kind in kinds_for(membership)
    ]
