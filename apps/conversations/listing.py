"""What a list row shows of a conversation: plain values in one narrow query, for pages and live pushes alike."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zlib import crc32

from django.utils import timezone, translation

from apps.contacts.models import shown_name

FIELDS = (
    "id",
    "organization_id",
    "state",
    "version",
    "unread_count",
    "last_message_at",
    "last_preview",
    "last_kind",
    "last_direction",
    "last_status",
    "window_expires_at",
    "assignee_id",
    "assignee__user__full_name",
    "assignee__user__email",
    "queue__name",
    "contact__is_vip",
    "contact__name",
    "contact__profile_name",
    "contact__username",
    "contact__phone",
)


@dataclass(frozen=True, slots=True)
class ListRow:
    """One row, as `Conversation.objects.values_list(*FIELDS)` gives it."""

    id: UUID
    organization_id: UUID
    state: str
    version: int
    unread_count: int
    last_message_at: datetime
    last_preview: str
    last_kind: str
    last_direction: str
    last_status: str
    window_expires_at: datetime | None
    assignee_id: UUID | None
    assignee_full_name: str | None
    assignee_email: str | None
    queue_name: str | None
    is_vip: bool
    contact_name: str
    contact_profile_name: str
    contact_username: str
    contact_phone: str

    @property
    def name(self) -> str:
        return shown_name(self.contact_name, self.contact_profile_name, self.contact_username, self.contact_phone)

    @property
    def assignee_name(self) -> str:
        return self.assignee_full_name or self.assignee_email or ""

    def key(self, today: str) -> str:
        """Names the row's rendered form: it changes with everything that the row shows."""
        names = f"{self.name}|{self.is_vip}|{self.assignee_name}|{self.queue_name}"
        zone, language = timezone.get_current_timezone_name(), translation.get_language()
        shown = f"{names}|{today}|{zone}|{language}"
        return f"org:{self.organization_id}:row:{self.id}:{self.version}:{crc32(shown.encode()):x}"


def as_rows(values: Iterable[tuple[object, ...]]) -> list[ListRow]:
    return [ListRow(*found) for found in values]  # type: ignore[arg-type]
