"""What the turns of one organisation cause, written together. All of it happens in the caller's transaction."""

import json
from typing import Any
from uuid import UUID

from apps.chatbots import effects, performing
from apps.chatbots.models import Session, Step
from apps.conversations.models import Conversation
from apps.conversations.sending import Draft, send_all
from apps.core.compiled import prepared
from apps.organizations.tenancy import current_organization_id

# They read what was written so far, or change whether anything more may be said.
_LAST_WORDS = (effects.Handoff, effects.Close)
_KEPT = (
    *("id", "state", "status", "due_at", "work", "claimed_at", "waits_for", "heard_id", "reason", "ended_at"),
    *("steps_taken", "assigned"),
)
_KEEP = """
UPDATE chatbots_session AS s SET
  state = v.state, status = v.status, due_at = v.due_at, work = v.work, claimed_at = v.claimed_at,
  waits_for = v.waits_for, heard_id = v.heard_id, reason = v.reason, ended_at = v.ended_at,
  steps_taken = v.steps_taken, assigned = v.assigned
FROM jsonb_to_recordset(%s::jsonb) AS v(id uuid, state jsonb, status text, due_at timestamptz, work jsonb,
  claimed_at timestamptz, waits_for text, heard_id uuid, reason text, ended_at timestamptz, steps_taken int,
  assigned jsonb)
WHERE s.id = v.id AND s.organization_id = %s RETURNING s.id
"""


class Ledger:
    """`do`, `record` and `keep` as turns go on; `write` when others must see it, `close` at the end."""

    def __init__(self) -> None:
        self._steps: list[Step] = []
        self._said: list[tuple[Conversation, Draft]] = []
        self._sessions: dict[UUID, Session] = {}

    def do(self, session: Session, effect: Any) -> None:
        """Raises NotSent, now or when written, for a message that may not go."""
        if isinstance(effect, effects.Send):
            self._said.append((session.conversation, performing.draft(session, effect)))
            return
        if isinstance(effect, _LAST_WORDS):
            self.write()
        performing.perform(session, effect)

    def record(self, steps: list[Step]) -> None:
        self._steps += steps

    def keep(self, session: Session) -> None:
        self._sessions[session.pk] = session

    def write(self) -> None:
        """Messages that are refused are forgotten by then, so that something else may be said instead."""
        steps, self._steps = self._steps, []
        said, self._said = self._said, []
        Step.objects.bulk_create(steps)
        send_all(said)

    def close(self) -> None:
        self.write()
        rows = [{name: getattr(session, name) for name in _KEPT} for session in self._sessions.values()]
        if rows:
            prepared(_KEEP, [json.dumps(rows, default=str), current_organization_id()])
