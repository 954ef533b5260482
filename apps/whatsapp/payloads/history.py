"""Messages from before a number joined the platform (coexistence onboarding)."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from apps.whatsapp.payloads.identity import ContactBook, find_identity, read_username, split_address
from apps.whatsapp.payloads.messages import SENDER_KEYS, read_echo, read_message
from apps.whatsapp.payloads.model import HistoryMessage, Identity
from apps.whatsapp.payloads.values import PayloadError, get_object, get_short, get_text, phone_digits

NO_CONTACTS = ContactBook({})


def read_history(raw: Mapping[str, Any], thread: Mapping[str, Any], business: str) -> HistoryMessage:
    """`thread["id"]` is the person's phone number or BSUID; the business wrote what comes from its own number."""
    person = _read_person(thread)
    sender = find_identity(raw, *SENDER_KEYS)
    outgoing = bool(sender and sender.wa_id and sender.wa_id == phone_digits(business)) or "to" in raw
    message = (
        read_echo(raw if "to" in raw else {**raw, "to": person.wa_id or person.bsuid})
        if outgoing
        else replace(read_message(raw if sender else {**raw, "from": person.wa_id or person.bsuid}, NO_CONTACTS))
    )
    return HistoryMessage(
        message, person, outgoing, get_short(get_object(raw, "history_context"), "status", 32).lower()
    )


def _read_person(thread: Mapping[str, Any]) -> Identity:
    context = get_object(thread, "context")
    wa_id, bsuid, parent = split_address(thread.get("id"))
    wa_id = wa_id or phone_digits(context.get("wa_id"))
    bsuid = get_text(context, "user_id") or bsuid
    if not (wa_id or bsuid or parent):
        raise PayloadError("the thread names no person", "")
    return Identity(wa_id, bsuid, parent, read_username(context))
