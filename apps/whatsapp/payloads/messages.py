"""One element of `messages[]`, `message_echoes[]` or a history thread to an InboundMessage."""

from collections.abc import Mapping
from typing import Any

from apps.whatsapp.payloads.content import READERS, Body, read_unknown
from apps.whatsapp.payloads.errors import read_errors
from apps.whatsapp.payloads.identity import ContactBook, find_identity, read_identity
from apps.whatsapp.payloads.model import Context, Identity, InboundMessage, Referral
from apps.whatsapp.payloads.system import read_system, read_system_sender
from apps.whatsapp.payloads.values import PayloadError, get_id, get_object, get_text, need_id, need_time

SENDER_KEYS = ("from", "from_user_id", "from_parent_user_id")
RECIPIENT_KEYS = ("to", "to_user_id", "to_parent_user_id")


def read_message(raw: Mapping[str, Any], book: ContactBook) -> InboundMessage:
    """A message from a person; raises PayloadError."""
    kind = raw.get("type")
    if kind == "system":
        return _read_system_message(raw)
    sender = find_identity(raw, *SENDER_KEYS) or book.only()
    if sender is None:
        raise PayloadError("neither from nor from_user_id names a person", ".from")
    return _assemble(raw, book.complete(sender), read_body(raw))


def read_echo(raw: Mapping[str, Any]) -> InboundMessage:
    """A message the business wrote in its own WhatsApp app; `recipient` is the person."""
    sender = find_identity(raw, *SENDER_KEYS) or Identity()
    return _assemble(raw, sender, read_body(raw), recipient=read_identity(raw, *RECIPIENT_KEYS))


def read_body(raw: Mapping[str, Any]) -> Body:
    """What the message says, by its type; an unknown type is kept as it came."""
    kind = raw.get("type")
    if type(kind) is not str or not kind:
        raise PayloadError("type is missing", ".type")
    reader = READERS.get(kind)
    return reader(raw, get_object(raw, kind)) if reader else read_unknown(raw, kind)


def _assemble(
    raw: Mapping[str, Any], sender: Identity, body: Body, *, recipient: Identity | None = None
) -> InboundMessage:
    return InboundMessage(
        need_id(raw, "id"),
        body.kind,
        sender,
        need_time(raw, "timestamp"),
        body.text,
        body.content or {},  # never the shared default
        body.media,
        context=_read_context(raw) if "context" in raw else None,
        referral=_read_referral(raw) if "referral" in raw else None,
        target_wamid=body.target_wamid,
        recipient=recipient,
        group_id=get_id(raw, "group_id") if "group_id" in raw else None,
        errors=read_errors(raw) if "errors" in raw else (),
    )


def _read_system_message(raw: Mapping[str, Any]) -> InboundMessage:
    change, body = read_system(raw)
    return InboundMessage(
        wamid=need_id(raw, "id"),
        kind=body.kind,
        sender=read_system_sender(raw, change),
        timestamp=need_time(raw, "timestamp"),
        text=body.text,
        content=body.content or {},  # never the shared default
        identity_change=change,
        errors=read_errors(raw),
    )


def _read_context(raw: Mapping[str, Any]) -> Context | None:
    context = get_object(raw, "context")
    if not context:
        return None
    product = get_object(context, "referred_product")
    return Context(
        wamid=get_id(context, "id") or get_id(context, "message_id"),
        author=get_id(context, "from") or get_id(context, "from_user_id"),
        forwarded=context.get("forwarded") is True,
        frequently_forwarded=context.get("frequently_forwarded") is True,
        catalog_id=get_id(product, "catalog_id"),
        product_id=get_text(product, "product_retailer_id") or None,
    )


def _read_referral(raw: Mapping[str, Any]) -> Referral | None:
    referral = get_object(raw, "referral")
    if not referral:
        return None
    return Referral(
        source_url=get_text(referral, "source_url"),
        source_id=get_text(referral, "source_id"),
        source_type=get_text(referral, "source_type"),
        headline=get_text(referral, "headline"),
        body=get_text(referral, "body"),
        media_type=get_text(referral, "media_type"),
        media_url=get_text(referral, "image_url") or get_text(referral, "video_url"),
        thumbnail_url=get_text(referral, "thumbnail_url"),
        ctwa_clid=get_text(referral, "ctwa_clid"),
        welcome_text=get_text(get_object(referral, "welcome_message"), "text"),
    )
