"""System messages: a person's phone number or BSUID changed, in the present and in older shapes."""

import re
from collections.abc import Mapping
from typing import Any

from apps.whatsapp.payloads.content import Body
from apps.whatsapp.payloads.identity import find_identity, split_address
from apps.whatsapp.payloads.model import Identity, IdentityChange, MessageKind
from apps.whatsapp.payloads.values import BSUID, PayloadError, get_id, get_object, get_text, pick

NUMBER_CHANGES = frozenset({"user_changed_number", "customer_changed_number"})
ID_CHANGES = frozenset({"user_changed_user_id"})
# June 2026: `user_changed_user_id` said both ids only in its body, "User <name> changed from <OLD> to <NEW>".
_IDS_IN_BODY = re.compile(rf"changed from ({BSUID.pattern}) to ({BSUID.pattern})\b")


def read_system(raw: Mapping[str, Any]) -> tuple[IdentityChange | None, Body]:
    system = get_object(raw, "system")
    text = get_text(system, "body")
    content = pick(system, "type", "wa_id", "new_wa_id", "user_id", "previous_user_id", "parent_user_id", "customer")
    content |= pick(raw, "identity")
    return _read_change(raw, system, text), Body(MessageKind.SYSTEM, text, content)


def read_system_sender(raw: Mapping[str, Any], change: IdentityChange | None) -> Identity:
    """The person under the ids known before the change, so that they are found again."""
    found = find_identity(raw, "from", "from_user_id", "from_parent_user_id")
    if change and found is None:
        found = Identity(change.previous_wa_id, change.previous_bsuid)
    if found is None or not (found.wa_id or found.bsuid or found.parent_bsuid):
        raise PayloadError("the system message names no person", ".from")
    return found


def _read_change(raw: Mapping[str, Any], system: Mapping[str, Any], text: str) -> IdentityChange | None:
    kind = get_text(system, "type")
    if kind not in NUMBER_CHANGES and kind not in ID_CHANGES:
        return None
    old_phone, old_address_id, _ = split_address(raw.get("from"))
    new_phone, new_address_id, _ = split_address(system.get("wa_id") or system.get("new_wa_id"))
    in_body = _IDS_IN_BODY.search(text)
    written_old, written_new = (in_body[1], in_body[3]) if in_body else (None, None)
    return IdentityChange(
        previous_wa_id=old_phone,
        wa_id=new_phone,
        previous_bsuid=get_id(system, "previous_user_id") or written_old or _old_id(raw, system) or old_address_id,
        bsuid=get_id(system, "user_id") or written_new or new_address_id,
        parent_bsuid=get_id(system, "parent_user_id"),
    )


def _old_id(raw: Mapping[str, Any], system: Mapping[str, Any]) -> str | None:
    """`from_user_id` is the old id, unless it repeats the new one."""
    identifier = get_id(raw, "from_user_id")
    return identifier if identifier != get_id(system, "user_id") else None
