"""What happened at each step of a version, counted from the rows of its sessions' steps."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import connection

from apps.chatbots.models import FlowVersion

# The newest ones of a busy version stand for all: counting takes the same time however many there are.
MOST_STEPS = 100_000
_COUNT = """
WITH walked AS (
  SELECT session_id, number, node_id, port, at, lead(at) OVER (PARTITION BY session_id ORDER BY number) AS left_at
  FROM chatbots_step
  WHERE version_id = %(version)s AND session_id > greatest(%(since)s, coalesce((
    SELECT session_id FROM chatbots_step WHERE version_id = %(version)s ORDER BY session_id DESC
    OFFSET %(most)s LIMIT 1), %(since)s))
)
SELECT node_id, port, count(*), coalesce(sum(extract(epoch FROM left_at - at)), 0)::float,
  count(*) FILTER (WHERE left_at IS NULL),
  count(*) FILTER (WHERE s.status IN ('failed', 'taken') OR (s.status = 'handed' AND s.reason <> 'handed'))
FROM walked LEFT JOIN chatbots_session AS s
  ON left_at IS NULL AND s.id = walked.session_id AND s.steps_taken = walked.number
GROUP BY node_id, port
"""


@dataclass(slots=True)
class Figures:
    """`visits`: how often somebody came; `stopped`: how many sessions ended here without an end of the flow; `left` by
    port; `seconds` that all visits which went on took together."""

    visits: int = 0
    stopped: int = 0
    seconds: float = 0.0
    left: dict[str, int] = field(default_factory=dict)

    @property
    def mean_seconds(self) -> float | None:
        gone = sum(self.left.values())
        return self.seconds / gone if gone else None

    @property
    def stopped_percent(self) -> int:
        return round(100 * self.stopped / self.visits) if self.visits else 0


def count(version: FlowVersion, since: datetime, most: int = MOST_STEPS) -> dict[str, Figures]:
    """By node, of the sessions that began after `since`: of very many the newest, which have `most` steps
    together. A visit lasts until the session goes on, however often the step asked again; that of a sub-flow until it
    returns."""
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"version": version.pk, "since": _first_id(since), "most": most})
        found: dict[str, Figures] = {}
        for node, port, rows, seconds, last, stopped in cursor.fetchall():
            figures = found.setdefault(node, Figures())
            figures.visits += rows if port else last
            figures.stopped += stopped
            figures.seconds += seconds
            if port:
                figures.left[port] = rows
        return found


def _first_id(moment: datetime) -> UUID:
    """Ids are ordered by the time of their making."""
    return UUID(int=int(moment.timestamp() * 1_000) << 80)
