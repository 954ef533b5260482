"""Messages that go out later: a due row, found by the beat, sent through the one door."""

from datetime import datetime, timedelta
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.conversations.addresses import page_of
from apps.conversations.models import Conversation, ScheduledMessage
from apps.conversations.sending import Draft, NotSent, send
from apps.core.clock import now
from apps.core.text import clean_text
from apps.notifications.services import notify
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope
from apps.whatsapp.providers.limits import TEXT

LONGEST, MOST = timedelta(days=90), 20
_DUE = """
SELECT id, organization_id FROM conversations_scheduledmessage
WHERE done_at IS NULL AND due_at <= %s
ORDER BY due_at LIMIT 1 FOR UPDATE SKIP LOCKED
"""


@transaction.atomic
def schedule(conversation: Conversation, *, author: Membership, text: str, due_at: datetime) -> ScheduledMessage:
    """Keep a text for later; raises ValidationError with what to do instead."""
    cleaned = clean_text(text).strip()
    if not cleaned:
        raise ValidationError({"text": _("Write the message to be sent.")})
    if len(cleaned) > TEXT:
        raise ValidationError({"text": _("A message has room for 4,096 characters. Split this one in two.")})
    if not now() < due_at <= now() + LONGEST:
        raise ValidationError({"due_at": _("Choose a moment in the next 90 days.")})
    if pending(conversation).count() >= MOST:
        raise ValidationError(_("There are twenty scheduled messages here already. Take one back first."))
    return ScheduledMessage.objects.create(conversation=conversation, author=author, text=cleaned, due_at=due_at)


def pending(conversation: Conversation) -> "QuerySet[ScheduledMessage]":
    rows = ScheduledMessage.objects.filter(conversation=conversation, done_at=None)
    return rows.select_related("author__user").order_by("due_at")


def cancel(conversation: Conversation, scheduled_id: UUID) -> bool:
    """Take one back; False when it has gone out already."""
    gone, _rows = ScheduledMessage.objects.filter(conversation=conversation, pk=scheduled_id, done_at=None).delete()
    return bool(gone)


def send_due() -> int:
    """Send whatever is due; returns how many rows were settled."""
    done = 0
    while _send_one():
        done += 1
    return done


@transaction.atomic
def _send_one() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [now()])
        row = cursor.fetchone()
    if row is None:
        return False
    with tenant_scope(row[1]):
        _settle(ScheduledMessage.objects.select_related("author__organization", "conversation__contact").get(pk=row[0]))
    return True


def _settle(scheduled: ScheduledMessage) -> None:
    """Send once (its client id makes that so), or say to its author why not."""
    try:
        draft = Draft(scheduled.client_id, text=scheduled.text)
        scheduled.message = send(scheduled.conversation_id, draft, author=scheduled.author)
    except NotSent as error:
        scheduled.problem = error.messages[0][:300]
        notify(
            kind="conversations.not_sent",
            recipients=[scheduled.author],
            url=page_of(scheduled.author.organization.slug, scheduled.conversation_id),
            contact=scheduled.conversation.contact.display_name,
            why=scheduled.problem,
        )
    scheduled.done_at = now()
    scheduled.save(update_fields=["message", "problem", "done_at"])
