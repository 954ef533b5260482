"""Talking to a draft: a script that waits in the cache, one for each editor and flow, and grows by a move at a time."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from django.core.cache import cache
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from apps.chatbots import working
from apps.chatbots.engine import Program, compile_graph
from apps.chatbots.facts import Programs
from apps.chatbots.models import Flow
from apps.chatbots.outside.base import Job
from apps.chatbots.rehearsal import BOT, CUSTOMER, DRAFT, MOST_MOVES, Move, Script, Transcript, new_script, play
from apps.chatbots.trying import patient
from apps.core.clock import now
from apps.organizations.models import Membership

SECONDS = 6 * 3600
LARGEST_ANSWER = 64 * 1024
HTML = {"status": 200, "body": "<html><body>502 Bad Gateway</body></html>"}


@dataclass(frozen=True, slots=True)
class Failure:
    """What an outside call may be made to come back with: its name for people, and the answer."""

    label: str | Promise
    answer: Mapping[str, Any]


FAILURES = {
    "timeout": Failure(_("No answer in time"), {"error": "timeout"}),
    "refused": Failure(_("Can't be reached"), {"error": "refused"}),
    "broken": Failure(_("Error 500"), {"value": {"status": 500, "body": "Internal Server Error"}}),
    "html": Failure(_("A page instead of data"), {"value": HTML}),
    "empty": Failure(_("Nothing"), {"value": None}),
}


class DraftPrograms(Programs):
    """The draft under its own name; sub-flows as they are published."""

    def __init__(self, flow: Flow, graph: Any, seed: int) -> None:
        super().__init__(seed)
        program = compile_graph(DRAFT, graph, is_draft=True)
        program = Program(DRAFT, program.steps, program.start, flow.bot.fallback_text)
        self._known[DRAFT] = program


def transcript(flow: Flow, script: Script) -> Transcript:
    """The script played on the draft as it is now. Raises BadGraph for a draft that is no flow."""
    return play(DraftPrograms(flow, flow.draft, script["seed"]), script, sample_facts(flow))


def sample_facts(flow: Flow) -> dict[str, Any]:
    """What a flow may look up of somebody who does not exist."""
    company = flow.organization
    return {
        "contact": {
            "name": "Maria Silva",
            "first_name": "Maria",
            "phone": "5511900000000",
            "email": "maria@example.com",
        },
        "conversation": {"id": "00000000-0000-0000-0000-000000000000"},
        "company": {"name": company.name, "time_zone": company.time_zone},
        "number": {"name": "WhatsApp"},
    }


def find(flow: Flow, by: Membership) -> Script | None:
    found: Script | None = cache.get(_name(flow, by))
    return found


def begin(flow: Flow, by: Membership, first: str) -> Script:
    return keep(flow, by, new_script(now(), first))


def keep(flow: Flow, by: Membership, script: Script) -> Script:
    cache.set(_name(flow, by), script, SECONDS)
    return script


def move(flow: Flow, by: Membership, script: Script, step: Move) -> Script:
    """One move more; a script that is full stays as it is."""
    if len(script["moves"]) < MOST_MOVES:
        script["moves"].append(dict(step))
    return keep(flow, by, script)


def ask_for_real(seen: Transcript) -> dict[str, Any]:
    """What the flow asks outside, really asked: the move that answers it. Outside a transaction."""
    work = working.dump(seen.asked)
    talk = tuple(
        ("user" if line.who == CUSTOMER else "assistant", line.text)
        for line in seen.lines
        if line.who in (CUSTOMER, BOT)
    )
    got = working.answer(Job(patient(work), talk=talk)).answered
    if len(orjson.dumps(got.value, default=str)) > LARGEST_ANSWER:
        return {"do": "answer", "error": "limit"}
    return {"do": "answer", "value": got.value, "error": got.error}


def _name(flow: Flow, by: Membership) -> str:
    return f"chatbots:simulation:{flow.organization_id}:{flow.pk}:{by.pk}"


def is_outside(asked: Any) -> bool:
    """Whether it could be asked for real (a payment can't)."""
    return asked is not None and working.is_outside(asked)


def shown(asked: Any) -> Mapping[str, Any]:
    """What is asked, without secrets."""
    return {name: value for name, value in working.told(asked).items() if name not in ("effect", "key") and value}
