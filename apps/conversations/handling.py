"""Who held a conversation, from when to when: one row for each time, kept by the events of its life."""

from django.db import connection

from apps.conversations.models import Ending, Message
from apps.core.clock import now
from apps.core.ids import uuid7

# The stored rows say who holds them now, whatever the callers' objects say. One statement for all.
_FOLLOW = """
WITH held AS (
  SELECT c.id, c.organization_id, c.assignee_id, c.state = 'closed' AS is_over, v.ending, v.fresh
  FROM unnest(%s::uuid[], %s::text[], %s::uuid[]) AS v(conversation, ending, fresh)
  JOIN conversations_conversation AS c ON c.id = v.conversation
), ended AS (
  UPDATE conversations_handling AS h
  SET ended_at = %s, ending = CASE WHEN held.is_over THEN 'resolved' ELSE held.ending END
  FROM held
  WHERE h.conversation_id = held.id AND h.ended_at IS NULL
    AND (held.is_over OR h.agent_id IS DISTINCT FROM held.assignee_id)
)
INSERT INTO conversations_handling (id, organization_id, conversation_id, agent_id, started_at, ending)
SELECT held.fresh, held.organization_id, held.id, held.assignee_id, %s, ''
FROM held
WHERE NOT held.is_over AND held.assignee_id IS NOT NULL
ON CONFLICT DO NOTHING
"""
_NOBODY_HELD = ("queued", "number")  # just begun: nothing to end, nobody to begin with


def follow(lines: list[Message]) -> None:
    """End the times of those who hold these lines' conversations no more, and begin those of who holds them now."""
    moved = {line.conversation_id: _ending(line) for line in lines if _what(line) != _NOBODY_HELD}
    if not moved:
        return
    at, fresh = now(), [uuid7() for _ in moved]
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOW, [list(moved), list(moved.values()), fresh, at, at])


def _what(line: Message) -> tuple[str, str]:
    return str(line.payload.get("event", "")), str(line.payload.get("reason", ""))


def _ending(line: Message) -> str:
    event, reason = _what(line)
    return Ending.TRANSFERRED.value if event == "assigned" or reason == "transfer" else Ending.RETURNED.value
