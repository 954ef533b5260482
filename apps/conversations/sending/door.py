"""The outbound door, for agents, bots, campaigns and the API: everything that may refuse a message is here.

A message that passes is a durable `QUEUED` row when this returns; a worker delivers it after the commit.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from apps.conversations import life, live
from apps.conversations.models import Conversation, Direction, MediaState, Message, MessageKind, Status
from apps.conversations.newest import Newest, move_up
from apps.conversations.services import locked
from apps.core import metrics
from apps.core.clock import now
from apps.core.compiled import Compiled
from apps.core.text import clean_text
from apps.core.wake import wake
from apps.media.models import StoredFile
from apps.media.services import require_sendable
from apps.organizations.models import Membership
from apps.organizations.permissions import Perm, has_perm
from apps.organizations.tenancy import current_organization_id, tenant_scope
from apps.whatsapp import stops
from apps.whatsapp.providers.base import SendKind
from apps.whatsapp.providers.limits import validate

_MEDIA = {SendKind.IMAGE, SendKind.VIDEO, SendKind.AUDIO, SendKind.DOCUMENT, SendKind.STICKER}
_INTERACTIVE = {
    SendKind.BUTTONS,
    SendKind.LIST,
    SendKind.CTA_URL,
    SendKind.LOCATION_REQUEST,
    SendKind.ORDER_DETAILS,
    SendKind.FLOW,
}
_CAPTIONED = {SendKind.IMAGE, SendKind.VIDEO, SendKind.DOCUMENT}


class NotSent(ValidationError):
    """Refused at the door; `code` says why (window, closed, permission, blocked, number, content, client_id)."""


@dataclass(frozen=True, slots=True)
class Draft:
    """What is to be sent. `client_id` makes it idempotent: the same id in one conversation stores one message."""

    client_id: UUID
    kind: SendKind = SendKind.TEXT
    text: str = ""
    content: Mapping[str, Any] = field(default_factory=dict)
    media: StoredFile | None = None
    reply_to_id: UUID | None = None


@transaction.atomic
def send(conversation_id: UUID, draft: Draft, *, author: Membership | None) -> Message:
    """Store a message to be delivered; raises NotSent with a sentence. `author` None is the system (bots, say)."""
    conversation = locked(conversation_id)
    known = Message.objects.filter(conversation=conversation, client_id=draft.client_id).first()
    if known is not None:
        return known
    message = _admitted(conversation, draft, author)
    _store([(conversation, message)])
    if author is not None and not message.target_wamid:
        _answered(conversation)
    return message


def send_all(drafts: list[tuple[Conversation, Draft]]) -> None:
    """The system's messages for conversations that the caller's transaction has locked, in their order and at once.
    The first that may not go raises NotSent, before any is stored."""
    if not drafts:
        return
    organization, clients = current_organization_id(), [draft.client_id for _to, draft in drafts]
    known = set(_known(organization, [to.pk for to, _draft in drafts], clients))
    fresh = [(to, draft) for to, draft in drafts if (to.pk, draft.client_id) not in known]
    _store([(to, _admitted(to, draft, None)) for to, draft in fresh])


def _client_rows(organization: UUID, conversation: UUID, client: UUID) -> "QuerySet[Message, Any]":
    with tenant_scope(organization):
        rows = Message.objects.filter(conversation__in=[conversation], client_id__in=[client])
        return rows.values_list("conversation", "client_id")


_known = Compiled(3, _client_rows)


def _admitted(conversation: Conversation, draft: Draft, author: Membership | None) -> Message:
    """Everything that may refuse a message, asked before anything is stored."""
    _require_author(author)
    _require_open_conversation(conversation)
    _require_reachable(conversation)
    require_window(draft.kind, conversation.is_window_open)
    _require_template(conversation, draft)
    message = _row(conversation, draft, author)
    if draft.media is not None:
        _require_sendable(draft.media)
    require_content(draft.kind, clean_text(draft.text), draft.content, has_media=draft.media is not None)
    return message


def _store(admitted: list[tuple[Conversation, Message]]) -> None:
    if not admitted:
        return
    messages = Message.objects.bulk_create([message for _conversation, message in admitted])
    newest = {to.pk: (to, message) for to, message in admitted if not message.target_wamid}
    # The row is locked, so nothing newer came; clocks may differ from Meta's by a second.
    move_up([Newest(to, message, max(message.occurred_at, to.last_message_at)) for to, message in newest.values()])
    live.push_messages(messages)
    live.push_rows({to.pk: to for to, _message in admitted}.values())
    metrics.MESSAGES.labels("out").inc(len(messages))
    transaction.on_commit(lambda: wake("conversations.deliver"))


def _answered(conversation: Conversation) -> None:
    """By a person."""
    if conversation.first_answered_at is None:
        Conversation.objects.filter(pk=conversation.pk).update(first_answered_at=now())
    life.tell_answers([conversation])


def _require_author(author: Membership | None) -> None:
    if author is not None and not has_perm(author, Perm.REPLY):
        raise NotSent(_("Your role can't answer customers. Ask an administrator."), code="permission")


def _require_open_conversation(conversation: Conversation) -> None:
    if not conversation.is_live:
        raise NotSent(_("This conversation is closed. Reopen it to answer."), code="closed")


def _require_reachable(conversation: Conversation) -> None:
    if conversation.contact.blocked_at:
        raise NotSent(_("This contact is blocked. Unblock it to write again."), code="blocked")
    number = conversation.number
    if not number.is_active:
        raise NotSent(
            _("This WhatsApp number is disconnected. Ask an administrator to connect it again."), code="number"
        )
    if number.paused_until and number.paused_until > now():
        raise NotSent(_("This WhatsApp number is paused: %(why)s") % {"why": number.pause_reason}, code="number")


def require_window(kind: SendKind, is_open: bool) -> None:
    """Also asked by simulations, which send nothing."""
    if kind != SendKind.TEMPLATE and not is_open:
        sentence = _(
            "More than 24 hours have passed since the customer's last message. "
            "WhatsApp only allows an approved template now."
        )
        raise NotSent(sentence, code="window")


def _require_template(conversation: Conversation, draft: Draft) -> None:
    if draft.kind == SendKind.TEMPLATE:
        name, language = str(draft.content.get("name", "")), str(draft.content.get("language", ""))
        if sentence := stops.refusal_of(conversation.number.account_id, name, language):
            raise NotSent(sentence, code="template")


def _require_sendable(media: StoredFile) -> None:
    try:
        require_sendable(media)
    except ValidationError as error:
        raise NotSent(error.messages[0], code="content") from error


def require_content(kind: SendKind, text: str, content: Mapping[str, Any], *, has_media: bool = False) -> None:
    """Provider limits, checked before anything is stored. Media get their id at delivery, so one stands in here."""
    whole = dict(content_of(kind, text, content))
    if kind in _MEDIA and not has_media:
        raise NotSent(_("Choose a file to send."), code="content")
    if has_media:
        whole["media_id"] = "stored"
    try:
        validate(kind, whole)
    except ValidationError as error:
        raise NotSent(error.messages[0], code="content") from error


def content_of(kind: str, text: str, content: Mapping[str, Any]) -> Mapping[str, Any]:
    """The provider's content for a stored message: its own fields plus the text where that kind has it."""
    if kind == SendKind.TEXT:
        return {"preview_url": True, **content, "text": text}
    if kind in _CAPTIONED:
        return {**content, "caption": text} if text else content
    if kind in _INTERACTIVE:
        return {**content, "body": text}
    return content


def _row(conversation: Conversation, draft: Draft, author: Membership | None) -> Message:
    replied = None
    if draft.reply_to_id:
        replied = Message.objects.filter(pk=draft.reply_to_id, contact=conversation.contact_id).first()
    return Message(
        organization_id=conversation.organization_id,
        conversation=conversation,
        contact=conversation.contact,
        number=conversation.number,
        direction=Direction.OUT,
        kind=MessageKind.INTERACTIVE if draft.kind in _INTERACTIVE else MessageKind(draft.kind.value),
        text=clean_text(draft.text),
        payload={**draft.content, "send": draft.kind.value},
        client_id=draft.client_id,
        author=author,
        reply_to=replied,
        media=draft.media,
        media_state=MediaState.READY if draft.media else MediaState.NONE,
        target_wamid=str(draft.content.get("wamid", "")) if draft.kind == SendKind.REACTION else "",
        status=Status.QUEUED,
    )


@transaction.atomic
def resend(message_id: UUID, *, author: Membership | None) -> Message:
    """Send again what failed or is held, on a person's word: the same row, a new attempt.

    Without a person (`author` None) only what Meta refused and allows by now: what is held is never repeated by itself.
    """
    message = Message.objects.select_for_update().get(pk=message_id)
    if message.status not in (Status.FAILED, Status.HELD) or (author is None and not _has_waited(message)):
        return message
    conversation = locked(message.conversation_id)
    _require_author(author)
    _require_open_conversation(conversation)
    _require_reachable(conversation)
    draft = Draft(message.client_id, SendKind(message.payload["send"]), content=message.payload)
    require_window(draft.kind, conversation.is_window_open)
    _require_template(conversation, draft)
    message.attempts = 0 if author else message.attempts
    message.status, message.next_attempt_at = Status.QUEUED, None
    message.error_code, message.error_detail, message.callback_id, message.wamid = None, "", None, None
    message.save()
    live.push_messages([message])
    transaction.on_commit(lambda: wake("conversations.deliver"))
    return message


def _has_waited(message: Message) -> bool:
    due = message.next_attempt_at
    return message.status == Status.FAILED and due is not None and due <= now()
