"""Doing what the engine wants, inside the runner's transaction: all of it happens with the state, or none."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from uuid import UUID, uuid5

from apps.chatbots import effects, handing
from apps.chatbots.models import Charge, Session
from apps.contacts.models import Tag
from apps.conversations import live
from apps.conversations import services as conversations
from apps.conversations.models import Conversation, Direction, Message, MessageKind, Outcome
from apps.conversations.sending import Draft
from apps.core.clock import now
from apps.core.text import clean_name, clean_text
from apps.media.models import StoredFile
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.routing import away, rules
from apps.routing import services as routing
from apps.routing.places import Overflow, Place, queues_of
from apps.teams.models import Department, Queue
from apps.teams.schedules import WITH_HOURS
from apps.whatsapp.providers.base import SendKind

NOTE_LENGTH = 4_000


def perform(session: Session, effect: Any) -> None:
    """What is gone meanwhile (a tag, an agent) is passed over; messages are `draft`'s."""
    doer = _DOERS.get(type(effect))
    if doer is not None:
        doer(session, effect)


def draft(session: Session, effect: effects.Send) -> Draft:
    media = StoredFile.objects.filter(pk=effect.media).first() if effect.media else None
    return Draft(uuid5(session.pk, effect.key), SendKind(effect.kind), effect.text, effect.content, media=media)


def _tag(session: Session, effect: effects.Tag) -> None:
    tag = Tag.objects.filter(pk=effect.tag).first()
    if tag is None:
        return
    here = session.conversation if effect.on == "conversation" else session.conversation.contact
    if effect.add:
        here.tags.add(tag)
    else:
        here.tags.remove(tag)


def _set_field(session: Session, effect: effects.SetField) -> None:
    contact = session.conversation.contact
    field = contact._meta.get_field(effect.name)
    length = getattr(field, "max_length", None)
    value = clean_text(effect.value) if length is None else clean_name(effect.value, length)
    setattr(contact, effect.name, value)
    contact.save(update_fields=[effect.name])


def _opt_out(session: Session, effect: effects.OptOut) -> None:
    contact = session.conversation.contact
    contact.marketing_stopped_at = now() if effect.stops else None
    contact.save(update_fields=["marketing_stopped_at"])


def write_note(session: Session, key: str, text: str, payload: dict[str, Any] | None = None) -> None:
    """A line for agents, once."""
    here = session.conversation
    note, is_new = Message.objects.get_or_create(
        conversation=here,
        client_id=uuid5(session.pk, key),
        defaults={
            "contact": here.contact,
            "number": here.number,
            "direction": Direction.NOTE,
            "kind": MessageKind.TEXT,
            "text": clean_text(text)[:NOTE_LENGTH],
            "payload": payload or {},
        },
    )
    if is_new:
        live.push_messages([note])


def _note(session: Session, effect: effects.Note) -> None:
    write_note(session, effect.key, effect.text)


def _assign(session: Session, effect: effects.Assign) -> None:
    session.assigned = {"queue": effect.queue, "agent": effect.agent}


def _await_payment(session: Session, effect: effects.AwaitPayment) -> None:
    Charge.objects.create(session=session, reference=effect.reference, cents=effect.cents)


def _close(session: Session, effect: effects.Close) -> None:
    outcome = effect.outcome if effect.outcome in Outcome.values else Outcome.RESOLVED
    conversations.close(session.conversation_id, actor=None, outcome=outcome)
    session.conversation.refresh_from_db()


def _handoff(session: Session, effect: effects.Handoff) -> None:
    """With a card for whoever answers: why, and what the customer told."""
    here = session.conversation
    card = handing.card(session, effect)
    write_note(session, f"{effect.key}.card", card.text(), card.payload())
    if session.assigned and (effect.reason or not (effect.queue or effect.department or effect.agent)):
        effect = replace(effect, department="", **session.assigned)
    member = _agent(effect.agent)
    if member is not None:
        return routing.give(here, member, actor=None, event="assigned", reason="bot")
    queue = _queue(effect)
    if queue is None:
        queue = queues_of({here.number_id})[here.number_id]
    placed: list[tuple[Conversation, Place]] = [(here, Overflow([queue]).place(queue, "bot"))]
    routing.enqueue_all(placed)
    away.answer(here.organization_id, placed)
    return None


def _agent(agent: str) -> Membership | None:
    """Locked; None when they can't take it now."""
    row = Membership.objects.filter(pk=agent, is_active=True).first() if agent else None
    if row is None or not has_perm(row, Perm.REPLY):
        return None
    member = rules.locked_member(row.pk)
    return member if rules.standing(member).has_room else None


def _queue(effect: effects.Handoff) -> Queue | None:
    rows = Queue.objects.filter(is_active=True).select_related(*WITH_HOURS)
    if effect.queue and (found := rows.filter(pk=effect.queue).first()):
        return found
    if effect.department and Department.objects.filter(pk=effect.department).exists():
        return rows.filter(department=UUID(effect.department)).order_by("priority", "created_at").first()
    return None


_DOERS: dict[type[Any], Callable[[Session, Any], None]] = {
    effects.Tag: _tag,
    effects.SetField: _set_field,
    effects.OptOut: _opt_out,
    effects.Note: _note,
    effects.Assign: _assign,
    effects.AwaitPayment: _await_payment,
    effects.Close: _close,
    effects.Handoff: _handoff,
}
