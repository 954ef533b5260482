"""The newest message of a conversation, as its row in the lists tells it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.conversations.models import Conversation, Message
from apps.conversations.previews import preview
from apps.core.compiled import prepared
from apps.organizations.tenancy import current_organization_id

_MOVE_UP = """
UPDATE conversations_conversation AS c SET
  version = c.version + 1,
  unread_count = c.unread_count + v.unread,
  window_expires_at = GREATEST(c.window_expires_at, v.window_expires_at),
  last_message_id = CASE WHEN v.at >= c.last_message_at THEN v.message ELSE c.last_message_id END,
  last_preview = CASE WHEN v.at >= c.last_message_at THEN v.preview ELSE c.last_preview END,
  last_kind = CASE WHEN v.at >= c.last_message_at THEN v.kind ELSE c.last_kind END,
  last_direction = CASE WHEN v.at >= c.last_message_at THEN v.direction ELSE c.last_direction END,
  last_status = CASE WHEN v.at >= c.last_message_at THEN v.status ELSE c.last_status END,
  last_message_at = GREATEST(c.last_message_at, v.at)
FROM unnest(%s::uuid[], %s::int[], %s::timestamptz[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::text[],
            %s::timestamptz[])
  AS v(id, unread, window_expires_at, message, preview, kind, direction, status, at)
WHERE c.id = v.id AND c.organization_id = %s RETURNING c.id
"""


@dataclass(frozen=True, slots=True)
class Newest:
    """`at`: when the row counts it as said; `unread` adds up; `window` is when the 24 hours end, None to leave it."""

    conversation: Conversation
    message: Message
    at: datetime
    unread: int = 0
    window: datetime | None = None

    def columns(self) -> tuple[object, ...]:
        said = self.message
        head = (self.conversation.pk, self.unread, self.window, said.pk, preview(said))
        return (*head, said.kind, said.direction, said.status, self.at)


def move_up(rows: Iterable[Newest]) -> None:
    """One UPDATE for locked conversations, each named once; a row that tells something newer keeps it."""
    columns = [row.columns() for row in rows]
    if columns:
        prepared(_MOVE_UP, [*map(list, zip(*columns, strict=True)), current_organization_id()])
