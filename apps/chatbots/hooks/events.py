"""An event of another system begins a flow with a customer, by phone. Told twice, it begins once."""

import hashlib
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any
from uuid import UUID

import orjson

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from apps.chatbots import engine, handlers, triggering
from apps.chatbots import state as states
from apps.chatbots.facts import Programs
from apps.chatbots.hooks.calls import Answer, refused
from apps.chatbots.models import FlowVersion, HookEvent, Session, Trigger
from apps.chatbots.triggering import Occasion
from apps.chatbots.values import NAME
from apps.contacts import identify
from apps.contacts.models import Contact
from apps.contacts.phones import parse_phone
from apps.conversations.models import Conversation, State
from apps.core.clock import now
from apps.core.ids import uuid7
from apps.core.text import clean_name
from apps.core.wake import wake
from apps.whatsapp.models import Number
from apps.whatsapp.payloads.values import json_safe

MOST_DATA = 20_000  # bytes
KEPT = timedelta(days=30)  # how long an event is known again
# Steps that say nothing: what comes after them decides whether the flow may begin without the customer.
QUIET = frozenset(
    {"start", "set_variable", "event", "action", "condition", "switch", "random", "date", "hours", "http_request"}
)


def begin(body: Mapping[str, Any]) -> Answer:
    """`{event, phone, data?, id?}`. The customer's name may be in `data.name`."""
    name, phone = clean_name(str(body.get("event", "")), 120), _phone(body.get("phone"))
    if not name or not phone:
        return refused(422, "shape", _('Send event and phone, for example {"event": "cart.left", "phone": "+55…"}.'))
    data = body.get("data") or {}
    if not isinstance(data, Mapping) or len(orjson.dumps(data)) > MOST_DATA:
        return refused(422, "data", _("“data” is an object of at most 20 kB."))
    return _once(body, name, lambda: _begin(name, phone, _variables(data)))


def _phone(given: Any) -> str:
    try:
        return parse_phone(str(given)[:40])
    except ValueError:
        return ""


def _once(body: Mapping[str, Any], name: str, do: Callable[[], Answer]) -> Answer:
    """What was answered before is answered again. A refusal that may be over soon is not kept."""
    with transaction.atomic():
        made, is_new = HookEvent.objects.get_or_create(key=_key(body), defaults={"name": name, "status": 202})
        row = HookEvent.objects.select_for_update().filter(pk=made.pk).first()
        if row is None:  # the same, told at this very moment, was just refused
            return refused(409, "busy", _("The customer is writing at this moment. Try again."))
        if not is_new and row.answer:
            return Answer(row.status, {**row.answer, "repeated": True})
        answer = _tried(do)
        HookEvent.objects.filter(at__lt=now() - KEPT).delete()
        if answer.status >= 400:
            row.delete()
        else:
            row.status, row.answer = answer.status, answer.body
            row.save(update_fields=["status", "answer"])
    return answer


def _key(body: Mapping[str, Any]) -> str:
    given = body.get("id")
    if isinstance(given, str | int) and str(given):
        return f"id:{hashlib.sha256(str(given).encode()).hexdigest()}"
    return f"body:{hashlib.sha256(orjson.dumps(body, option=orjson.OPT_SORT_KEYS)).hexdigest()}"


def _tried(do: Callable[[], Answer]) -> Answer:
    """The customer may write at this very moment, and so begin the conversation first."""
    try:
        with transaction.atomic():
            return do()
    except IntegrityError:
        return refused(409, "busy", _("The customer is writing at this moment. Try again."))


def _variables(data: Mapping[str, Any]) -> dict[str, Any]:
    """What a variable can be called; the rest is left out."""
    return {name: json_safe(value) for name, value in data.items() if NAME.fullmatch(name)}


def _begin(name: str, phone: str, variables: dict[str, Any]) -> Answer:
    triggers = [row for row in triggering.active() if row.kind == Trigger.Kind.EVENT]
    pairs = [(trigger, number) for trigger in triggers for number in triggering.numbers_of(trigger, trigger.here)]
    found = [(trigger, number) for trigger, number in pairs if _fits(trigger, number, name)]
    if not found:
        return refused(
            404, "event", _("No flow that is switched on begins with the event “%(name)s”.") % {"name": name}
        )
    trigger, number = found[0]
    version = triggering.version_for(_versions(trigger), uuid7().int & 0x7FFFFFFF)
    if version is None:
        return refused(
            404, "event", _("No flow that is switched on begins with the event “%(name)s”.") % {"name": name}
        )
    return _start(trigger, version, number, _contact(number, phone, variables), variables)


def _fits(trigger: Trigger, number: Number, name: str) -> bool:
    return triggering.winner(Occasion(number.pk, event=name), [trigger]) is not None


def _versions(trigger: Trigger) -> list[FlowVersion]:
    return list(FlowVersion.objects.filter(flow=trigger.flow_id).order_by("-number"))


def _contact(number: Number, phone: str, variables: Mapping[str, Any]) -> Contact:
    name = variables.get("name")
    shown = clean_name(name, 120) if isinstance(name, str) else ""
    person = identify.Person(number.account.portfolio_scope, wa_id=phone, profile_name=shown)
    return identify.resolve([person])[person]


def _start(
    trigger: Trigger, version: FlowVersion, number: Number, contact: Contact, variables: dict[str, Any]
) -> Answer:
    if contact.blocked_at:
        return refused(409, "blocked", _("This contact is blocked."))
    here = _conversation(number, contact)
    if here.state != State.BOT or Session.objects.live().filter(conversation=here.pk).exists():
        return refused(
            409, "busy", _("The customer is talking to a person or to a bot at this moment. Try again later.")
        )
    if not here.is_window_open and not begins_with_template(version.graph):
        said = _("More than 24 hours have passed since the customer wrote: the flow has to begin with a template.")
        return refused(409, "window", said)
    session = _session(here, version, trigger, variables)
    handlers.begin_all([session])
    transaction.on_commit(lambda: wake(handlers.RUN))
    return Answer(202, {"session": str(session.pk), "conversation": str(here.pk), "flow": trigger.flow.name})


def _conversation(number: Number, contact: Contact) -> Conversation:
    """The live one, locked; else a new one that remembers until when the customer may be answered freely."""
    rows = Conversation.objects.filter(number=number, contact=contact)
    live = rows.live().select_for_update(of=("self",)).select_related("contact", "number").first()
    if live is not None:
        return live
    last = rows.order_by("-id").values_list("window_expires_at", flat=True).first()
    return Conversation(number=number, contact=contact, state=State.BOT, window_expires_at=last)


def _session(here: Conversation, version: FlowVersion, trigger: Trigger, variables: dict[str, Any]) -> Session:
    if here._state.adding:
        here.save(force_insert=True)
    seed = uuid7().int & 0x7FFFFFFF
    state = engine.begin(Programs(seed)[str(version.pk)])
    state.variables.update(variables)
    return Session(
        organization_id=here.organization_id,
        conversation=here,
        version=version,
        seed=seed,
        state=states.dump(state),
        heard_id=_last_heard(here.pk),
        began_by=trigger.kind,
    )


def _last_heard(conversation_id: UUID) -> UUID | None:
    """What the customer said before is no answer to this flow."""
    return Conversation.objects.filter(pk=conversation_id).values_list("last_message_id", flat=True).first()


def begins_with_template(graph: Mapping[str, Any]) -> bool:
    """Whether a template is the first thing that the flow says, whatever way it takes."""
    kinds = {node["id"]: node["kind"] for node in graph["nodes"]}
    ways: dict[str, list[str]] = {}
    for edge in graph["edges"]:
        ways.setdefault(edge["from"], []).append(edge["to"])
    todo, seen = [key for key, kind in kinds.items() if kind == "start"], set[str]()
    while todo:
        here = todo.pop()
        if here in seen:
            continue
        seen.add(here)
        if kinds[here] in QUIET:
            todo += ways.get(here, [])
        elif kinds[here] not in ("template", "end"):
            return False
    return "template" in {kinds[key] for key in seen}
