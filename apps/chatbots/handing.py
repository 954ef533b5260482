"""The card for whoever goes on after the bot: the way here, what was collected, what failed, what to say first."""

from collections.abc import Mapping
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from apps.chatbots import effects
from apps.chatbots.models import Session
from apps.chatbots.presenting import name_of
from apps.chatbots.values import as_text
from apps.conversations.handoffs import Card
from apps.conversations.models import Direction, Message

SHOWN_STEPS, SHOWN_VARIABLES, MOST_STEPS = 12, 30, 1_000
NAME, VALUE, QUOTED = 80, 400, 80


def card(session: Session, effect: effects.Handoff) -> Card:
    newest = session.steps.order_by("-number").values_list("version_id", "node_id")[:MOST_STEPS]
    steps = [step for step, _again in groupby(reversed(newest))]
    names = _names(session, steps)
    path = [names.get(step, step[1])[:NAME] for step in steps]
    shown = path[-SHOWN_STEPS:]
    return Card(
        bot=session.version.flow.bot.name,
        flow=session.version.flow.name,
        session=str(session.pk),
        reason=effect.reason,
        step=path[-1] if path and effect.reason else "",
        path=shown,
        left_out=len(path) - len(shown),
        data=_data(session),
        note=effect.note,
        answer=effect.answer or _answer(session),
    )


def _names(session: Session, steps: list[tuple[Any, str]]) -> dict[tuple[Any, str], str]:
    """A sub-flow's steps stand on another version."""
    graphs = {session.version_id: session.version.graph}
    others = {version for version, _node in steps} - graphs.keys()
    graphs |= {row.pk: row.graph for row in type(session.version).objects.filter(pk__in=others)}
    return {(version, node["id"]): name_of(node) for version, graph in graphs.items() for node in graph["nodes"]}


def _data(session: Session) -> list[tuple[str, str]]:
    """What the flow kept and is not empty, the newest last."""
    known = ((name, _told(value)) for name, value in (session.state.get("variables") or {}).items())
    return [(name, text[:VALUE]) for name, text in known if text.strip()][-SHOWN_VARIABLES:]


def _told(value: Any) -> str:
    """What a form or an API gave, on one line."""
    if isinstance(value, Mapping):
        return ", ".join(f"{name}: {as_text(inner)}" for name, inner in value.items())
    return as_text(value)


def _answer(session: Session) -> str:
    """Words to begin with: who speaks, and that nothing has to be told again."""
    here = session.conversation
    name = next(iter(here.contact.display_name.split()), "")
    heard = Message.objects.in_thread().filter(conversation=here, direction=Direction.IN).exclude(text="")
    heard = heard.exclude(payload__has_key="response")  # the words of a form are WhatsApp's own
    said = " ".join((heard.order_by("-id").values_list("text", flat=True).first() or "").split())
    said = f"{said[: QUOTED - 1]}…" if len(said) > QUOTED else said
    hello = _("Hi %(name)s!") % {"name": name} if name.isalpha() else _("Hi!")
    told = {"hello": hello, "company": here.organization.name, "said": said}
    if said:
        return _("%(hello)s I am from the team of %(company)s. You wrote “%(said)s”: let me see to that.") % told
    return _("%(hello)s I am from the team of %(company)s and have read everything. How can I help?") % told
