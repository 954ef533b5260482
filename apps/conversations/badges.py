"""What conversations show of their SLA clocks: stored beside them, so that a list row needs no other table."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

from django.db import connection

from apps.conversations import live
from apps.conversations.models import Conversation
from apps.core.realtime import Push, push_all
from apps.organizations.tenancy import current_organization_id


class Badge(NamedTuple):
    """`state` is empty without promises, "idle" when nothing is measured at this moment, "paused" when all of it stands
    still; else "ok", "risk" or "breached", with the most urgent promise (first_answer, next_answer, resolution)."""

    state: str = ""
    kind: str = ""
    due_at: datetime | None = None


_SHOW = """
UPDATE conversations_conversation AS c
SET sla_state = v.state, sla_kind = v.kind, sla_due_at = v.due_at, version = c.version + 1
FROM unnest(%s::uuid[], %s::text[], %s::text[], %s::timestamptz[]) AS v(id, state, kind, due_at)
WHERE c.id = v.id AND c.organization_id = %s
"""


def badge_of(conversation: Conversation) -> Badge:
    return Badge(conversation.sla_state, conversation.sla_kind, conversation.sla_due_at)


def show(found: Sequence[tuple[Conversation, Badge]]) -> None:
    """Store what changed of locked conversations, and push it to whoever has them open; their list rows are pushed by
    those who changed something else of them, too."""
    changed = [(row, badge) for row, badge in found if badge_of(row) != badge]
    if not changed:
        return
    columns = [(row.pk, *badge) for row, badge in changed]
    with connection.cursor() as cursor:
        cursor.execute(_SHOW, [*map(list, zip(*columns, strict=True)), current_organization_id()])
    for row, (state, kind, due_at) in changed:
        row.sla_state, row.sla_kind, row.sla_due_at = state, kind, due_at
        row.version += 1
    threads = [(frozenset({live.thread_group(row.pk)}), {"conversation": str(row.pk)}) for row, _badge in changed]
    push_all(current_organization_id(), [Push(groups, "sla", ids) for groups, ids in threads])
