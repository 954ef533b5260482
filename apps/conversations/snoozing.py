"""Putting a conversation away until a moment, and its return to the top of the list."""

from datetime import datetime, time, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.conversations.addresses import page_of
from apps.conversations.models import Conversation, State
from apps.conversations.services import awake, locked, move, record_event
from apps.core.clock import now
from apps.core.text import clean_text
from apps.notifications.services import notify
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope

LONGEST = timedelta(days=180)
MORNING, MONDAY = time(8), 0
_DUE = """
SELECT id, organization_id FROM conversations_conversation
WHERE state = 'snoozed' AND snoozed_until <= %s
ORDER BY snoozed_until LIMIT 1 FOR UPDATE SKIP LOCKED
"""


def presets() -> list[tuple[str, str, datetime]]:
    """(key, words, moment) on the company's clock."""
    local = timezone.localtime(now())
    tomorrow = datetime.combine(local.date() + timedelta(days=1), MORNING, local.tzinfo)
    to_monday = (MONDAY - local.weekday()) % 7 or 7
    monday = datetime.combine(local.date() + timedelta(days=to_monday), MORNING, local.tzinfo)
    return [
        ("hour", _("In 1 hour"), local + timedelta(hours=1)),
        ("three", _("In 3 hours"), local + timedelta(hours=3)),
        ("tomorrow", _("Tomorrow morning"), tomorrow),
        ("monday", _("Monday morning"), monday),
    ]


@transaction.atomic
def snooze(conversation_id: UUID, *, actor: Membership, until: datetime, note: str = "") -> Conversation:
    """Put an open conversation away; it comes back by itself, or when the customer writes."""
    conversation = locked(conversation_id)
    if conversation.state not in (State.OPEN, State.SNOOZED):
        raise ValidationError(_("Only a conversation that somebody holds can be snoozed."))
    if not now() < until <= now() + LONGEST:
        raise ValidationError(_("Choose a moment in the next 180 days."))
    reason = clean_text(note).strip()[:120]
    move(conversation, state=State.SNOOZED, snoozed_until=until, snooze_note=reason)
    record_event(conversation, "snoozed", actor=actor, until=until.isoformat(), note=reason)
    return conversation


@transaction.atomic
def wake(conversation_id: UUID, *, actor: Membership) -> Conversation:
    """Bring it back now, on a person's word."""
    conversation = locked(conversation_id)
    if conversation.state == State.SNOOZED:
        move(conversation, **awake(conversation), snooze_note="")
        record_event(conversation, "woken", actor=actor)
    return conversation


def wake_due() -> int:
    """Bring back every snoozed conversation whose time has come; returns how many."""
    woken = 0
    while _wake_one():
        woken += 1
    return woken


@transaction.atomic
def _wake_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [now()])
        row = cursor.fetchone()
    if row is None:
        return False
    with tenant_scope(row[1]):
        _return(Conversation.objects.for_rows().select_related("organization").get(pk=row[0]))
    return True


def _return(conversation: Conversation) -> None:
    """On top of its agent's list, unread, with the reason. A conversation whose agent is gone waits in its queue."""
    unread = max(1, conversation.unread_count)
    move(conversation, **awake(conversation), last_message_at=now(), unread_count=unread)
    record_event(conversation, "returned", note=conversation.snooze_note)
    if conversation.assignee is not None:
        notify(
            kind="conversations.returned",
            recipients=[conversation.assignee],
            url=page_of(conversation.organization.slug, conversation.pk),
            contact=conversation.contact.display_name,
            reason=f" — {conversation.snooze_note}" if conversation.snooze_note else "",
        )
