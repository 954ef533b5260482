"""What a list row shows of a conversation: plain values in one narrow query, for pages and live pushes alike."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID
from zlib import crc32

from django.db.models import CharField, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, NullIf
from django.utils import timezone, translation

from apps.contacts.models import shown_name
from apps.conversations.models import Conversation
from apps.organizations.models import Membership
from apps.teams.models import Queue

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
    "snoozed_until",
    "snooze_note",
    "sla_state",
    "sla_kind",
    "sla_due_at",
    "assignee_id",
    "assignee_name",
    "queue_name",
    "contact__is_vip",
    "contact__name",
    "contact__profile_name",
    "contact__username",
    "contact__phone",
)


class ListRow(NamedTuple):
    """One row, in the order of FIELDS."""

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
    snoozed_until: datetime | None
    snooze_note: str
    sla_state: str
    sla_kind: str
    sla_due_at: datetime | None
    assignee_id: UUID | None
    assignee_name: str | None
    queue_name: str | None
    is_vip: bool
    contact_name: str
    contact_profile_name: str
    contact_username: str
    contact_phone: str

    @property
    def name(self) -> str:
        return shown_name(self.contact_name, self.contact_profile_name, self.contact_username, self.contact_phone)

    def key(self, today: str) -> str:
        """Names the row's rendered form: it changes with everything that the row shows."""
        names = f"{self.name}|{self.is_vip}|{self.assignee_name}|{self.queue_name}"
        zone, language = timezone.get_current_timezone_name(), translation.get_language()
        sla = f"{self.sla_state}{self.sla_kind}{self.sla_due_at}"
        shown = f"{names}|{sla}|{today}|{zone}|{language}"
        return f"org:{self.organization_id}:row:{self.id}:{self.version}:{crc32(shown.encode()):x}"


def values_of(rows: "QuerySet[Conversation]") -> Any:
    """The rows' values, named. Names that are often missing are looked up where they exist, not joined."""
    agents = Membership.objects.filter(pk=OuterRef("assignee_id")).order_by()
    name = Coalesce(NullIf("user__full_name", Value("")), "user__email", output_field=CharField())
    queues = Queue.objects.filter(pk=OuterRef("queue_id")).order_by()
    return rows.annotate(
        assignee_name=Subquery(agents.values(shown=name)),
        queue_name=Subquery(queues.values("name")),
    ).values_list(*FIELDS, named=True)


def as_rows(values: Iterable[tuple[object, ...]]) -> list[ListRow]:
    return [ListRow._make(found) for found in values]
