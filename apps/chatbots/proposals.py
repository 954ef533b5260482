"""Flows that somebody is shown before anything is kept: read from a file, ready-made, or made by AI.

A proposal waits in the cache. Nothing of it is in the database until a person accepts it.
"""

from dataclasses import asdict, dataclass, replace
from typing import Any

from django.core.cache import cache
from django.db import transaction
from django.utils.crypto import get_random_string
from django.utils.translation import gettext as _

from apps.audit.services import record
from apps.chatbots import graph as graphs
from apps.chatbots.models import Bot, Flow
from apps.chatbots.services import create_bot, create_flow, save_draft
from apps.core.text import clean_name
from apps.organizations.models import Membership

SECONDS = 6 * 3600
NAME = 80


@dataclass(frozen=True, slots=True)
class Proposal:
    """`graph` has the shape of a flow; `source`: file, gallery or ai; `warnings`: what to look at, in words."""

    name: str
    graph: dict[str, Any]
    source: str = "file"
    warnings: tuple[str, ...] = ()


def checked(proposal: Proposal) -> Proposal:
    """With the graph as it would be kept. Raises BadGraph."""
    kept = graphs.dump(graphs.parse(proposal.graph))
    return replace(proposal, graph=kept, name=clean_name(proposal.name, NAME) or _("New bot"))


def keep(proposal: Proposal, by: Membership) -> str:
    """For some hours; gives the key under which everybody of the company finds it."""
    key = get_random_string(20)
    cache.set(_name(key, by), asdict(proposal), SECONDS)
    return key


def find(key: str, by: Membership) -> Proposal | None:
    found = cache.get(_name(key, by))
    return Proposal(**found) if found else None


def _name(key: str, by: Membership) -> str:
    return f"chatbots:proposal:{by.organization_id}:{key}"


@transaction.atomic
def accept(proposal: Proposal, *, name: str, bot: Bot | None, by: Membership | None) -> Flow:
    """As the draft of a new bot that is off, or of a new flow of `bot`. Raises BadGraph; then nothing is kept."""
    flow = create_flow(bot, name=name, by=by) if bot else create_bot(name=name, by=by).flows.get(is_main=True)
    save_draft(flow, proposal.graph, flow.draft_revision, by)
    record("flow.accepted", actor=by, target=flow.name, source=proposal.source)
    return flow
