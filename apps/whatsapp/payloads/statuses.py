"""`statuses[]`, `user_preferences[]` and `user_actions[]`."""

from collections.abc import Mapping
from typing import Any

from apps.whatsapp.payloads.errors import read_errors
from apps.whatsapp.payloads.identity import ContactBook, find_identity, read_identity
from apps.whatsapp.payloads.model import (
    ConversationInfo,
    Identity,
    PaymentUpdate,
    Preference,
    Pricing,
    StatusKind,
    StatusUpdate,
    UserAction,
)
from apps.whatsapp.payloads.values import (
    PayloadError,
    get_id,
    get_object,
    get_short,
    get_text,
    json_safe,
    need_id,
    need_time,
    parse_time,
)

KNOWN_STATUSES = {kind.value: kind for kind in StatusKind if kind is not StatusKind.OTHER}
CALLBACK_LENGTH = 512


def read_status(raw: Mapping[str, Any], book: ContactBook) -> StatusUpdate:
    """Raises PayloadError. A recipient without any id stays empty: the wamid alone finds the message."""
    status = raw.get("status")
    if type(status) is not str or not status:
        raise PayloadError("status is missing", ".status")
    in_group = raw.get("recipient_type") == "group"
    return StatusUpdate(
        wamid=need_id(raw, "id"),
        status=KNOWN_STATUSES.get(status, StatusKind.OTHER),
        timestamp=need_time(raw, "timestamp"),
        recipient=_read_recipient(raw, book, in_group),
        callback_id=get_text(raw, "biz_opaque_callback_data")[:CALLBACK_LENGTH] or None,
        pricing=_read_pricing(raw) if "pricing" in raw else None,
        conversation=_read_conversation(raw) if "conversation" in raw else None,
        group_id=get_id(raw, "recipient_id") if in_group else None,
        raw_status=status[:32],
        errors=read_errors(raw) if "errors" in raw else (),
    )


def _read_recipient(raw: Mapping[str, Any], book: ContactBook, in_group: bool) -> Identity:
    address, user = (
        ("recipient_participant_id", "recipient_participant_user_id")
        if in_group
        else (
            "recipient_id",
            "recipient_user_id",
        )
    )
    found = find_identity(raw, address, user, "recipient_parent_user_id")
    return book.complete(found) if found else book.only() or Identity()


def _read_pricing(raw: Mapping[str, Any]) -> Pricing | None:
    pricing = get_object(raw, "pricing")
    category = get_short(pricing, "category", 64)
    if not category:
        return None
    billable = pricing.get("billable")
    return Pricing(
        category=category.replace("-", "_"),
        type=get_short(pricing, "type", 64),
        model=get_short(pricing, "pricing_model", 16),
        billable=billable if isinstance(billable, bool) else None,
    )


def _read_conversation(raw: Mapping[str, Any]) -> ConversationInfo | None:
    conversation = get_object(raw, "conversation")
    identifier = get_id(conversation, "id")
    if identifier is None:
        return None
    return ConversationInfo(
        id=identifier,
        origin=get_short(get_object(conversation, "origin"), "type", 64),
        expires_at=parse_time(conversation.get("expiration_timestamp")),
    )


def is_payment(raw: object) -> bool:
    return type(raw) is dict and raw.get("type") == "payment"


def read_payment(raw: Mapping[str, Any]) -> PaymentUpdate:
    """A status of type payment: it tells of the charge, not of its message. Raises PayloadError."""
    payment = get_object(raw, "payment")
    amount = get_object(payment, "amount")
    value, offset = amount.get("value"), amount.get("offset", 100)
    is_reais = get_short(payment, "currency", 3) in ("", "BRL") and offset == 100
    return PaymentUpdate(
        reference=need_id(payment, "reference_id"),
        status=get_short(raw, "status", 32).lower(),
        timestamp=need_time(raw, "timestamp"),
        cents=value if is_reais and type(value) is int else None,
    )


def read_preference(raw: Mapping[str, Any], book: ContactBook) -> Preference:
    value = get_short(raw, "value", 32).lower()
    if not value:
        raise PayloadError("value is missing", ".value")
    person = find_identity(raw, "wa_id", "user_id", "parent_user_id") or book.only()
    return Preference(
        person=book.complete(person or read_identity(raw, "wa_id", "user_id", "parent_user_id")),
        category=get_short(raw, "category", 64),
        value=value,
        timestamp=parse_time(raw.get("timestamp")),
        detail=get_text(raw, "detail"),
        signup_id=get_text(raw, "signup_id"),
    )


def read_user_action(raw: Mapping[str, Any], book: ContactBook) -> UserAction:
    action = get_short(raw, "action_type", 64)
    if not action:
        raise PayloadError("action_type is missing", ".action_type")
    return UserAction(action, parse_time(raw.get("timestamp")), json_safe(get_object(raw, f"{action}_data")))
