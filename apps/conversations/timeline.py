"""Events of a conversation's life, in words."""

from collections.abc import Callable, Mapping
from typing import Any

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.conversations.models.conversation import Outcome

Payload = Mapping[str, Any]
PROMISES = {
    "first_answer": gettext_noop("First answer"),
    "next_answer": gettext_noop("Next answer"),
    "resolution": gettext_noop("Resolution"),
}


def describe_event(payload: Payload, actor: str) -> str:
    """One sentence in the viewer's language; unknown events name themselves."""
    describe = _SENTENCES.get(str(payload.get("event", "")))
    sentence = describe(payload, actor) if describe else str(payload.get("event", ""))
    note = str(payload.get("note") or "")
    return f"{sentence} — {note}" if note else sentence


def _queued(payload: Payload, actor: str) -> str:
    """Where it waits, and why there."""
    known = {"actor": actor, "queue": payload.get("queue") or "", "from": payload.get("from") or ""}
    match payload.get("reason"):
        case "transfer":
            return _("%(actor)s transferred the conversation to the queue %(queue)s") % known
        case "deactivated":
            return _("Back in the queue %(queue)s: the agent's access ended") % known
        case "role_changed":
            return _("Back in the queue %(queue)s: the agent does not answer customers any more") % known
        case "offline":
            return _("Back in the queue %(queue)s: the agent stayed offline and the customer was waiting") % known
        case "overflow_size":
            return _("Waiting in the queue %(queue)s, because %(from)s was full") % known
        case "overflow_time":
            return _("Moved on to the queue %(queue)s: too long in %(from)s") % known
        case "overflow_hours":
            return _("Waiting in the queue %(queue)s, because %(from)s is closed now") % known
    return _("Waiting in the queue %(queue)s") % known if known["queue"] else _("Waiting for an agent")


def _assigned(payload: Payload, actor: str) -> str:
    known = {"actor": actor, "to": payload.get("to", "")}
    match payload.get("reason"):
        case "transfer":
            return _("%(actor)s transferred the conversation to %(to)s") % known
        case "round_robin":
            return _("Given to %(to)s automatically: it was their turn") % known
        case "least_busy":
            return _("Given to %(to)s automatically: they had the fewest conversations") % known
        case "skills":
            return _("Given to %(to)s automatically: they know the required skills best") % known
    return _("%(actor)s assigned the conversation to %(to)s") % known


def _pulled(payload: Payload, actor: str) -> str:
    known = {"actor": actor, "queue": payload.get("queue") or ""}
    if payload.get("reason") == "vip":
        return _("%(actor)s took the conversation: VIP customers come first") % known
    if known["queue"]:
        return _("%(actor)s took the conversation from the queue %(queue)s") % known
    return _("%(actor)s took the conversation") % known


def _closed(payload: Payload, actor: str) -> str:
    outcomes = {str(value): str(label) for value, label in Outcome.choices}
    outcome = outcomes.get(str(payload.get("outcome")), "")
    return _("%(actor)s closed the conversation: %(outcome)s") % {"actor": actor, "outcome": outcome.lower()}


def _rated(payload: Payload, _actor: str) -> str:
    return _("The customer rated the service %(score)s of 5") % {"score": payload.get("score", "")}


def _snoozed(payload: Payload, actor: str) -> str:
    until = parse_datetime(str(payload.get("until", "")))
    when = date_format(timezone.localtime(until), "SHORT_DATETIME_FORMAT") if until else ""
    return _("%(actor)s snoozed the conversation until %(when)s") % {"actor": actor, "when": when}


def _promise(payload: Payload) -> dict[str, Any]:
    due = parse_datetime(str(payload.get("due", "")))
    return {
        "promise": _(PROMISES.get(str(payload.get("kind")), "SLA")),
        "queue": payload.get("queue") or "",
        "percent": payload.get("percent", ""),
        "when": date_format(timezone.localtime(due), "SHORT_DATETIME_FORMAT") if due else "",
    }


def _sla_warning(payload: Payload, _actor: str) -> str:
    sentence = _("SLA at risk: %(percent)s%% of the time for “%(promise)s” in %(queue)s has passed, due at %(when)s")
    return sentence % _promise(payload)


def _sla_breach(payload: Payload, _actor: str) -> str:
    return _("SLA broken: “%(promise)s” in %(queue)s was due at %(when)s") % _promise(payload)


_SENTENCES: dict[str, Callable[[Payload, str], str]] = {
    "queued": _queued,
    "assigned": _assigned,
    "pulled": _pulled,
    "closed": _closed,
    "rated": _rated,
    "snoozed": _snoozed,
    "woken": lambda _payload, actor: _("%(actor)s brought the conversation back") % {"actor": actor},
    "tried": lambda _payload, actor: _("%(actor)s sent a test message") % {"actor": actor},
    "returned": lambda _payload, _actor: _("Back as planned"),
    "sla_warning": _sla_warning,
    "sla_breach": _sla_breach,
    "reopened": lambda _payload, actor: _("%(actor)s reopened the conversation") % {"actor": actor},
}
