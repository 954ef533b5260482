"""Who wrote, or was written to: phone number, business-scoped user id (BSUID), username, profile name.

Since April 2026 phone fields are missing for people with a username, and some gateways put the BSUID where the phone
number was; so an identity is read from every field that may carry it.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from apps.whatsapp.payloads.model import Identity
from apps.whatsapp.payloads.values import (
    BSUID,
    PARENT_BSUID,
    PayloadError,
    get_id,
    get_object,
    get_short,
    objects_in,
    phone_digits,
)

USERNAME_LENGTH = 64


def split_address(value: Any) -> tuple[str | None, str | None, str | None]:
    """A `from`, `to`, `recipient_id` or `wa_id` as (phone digits, BSUID, parent BSUID); at most one is set."""
    phone = phone_digits(value)
    if phone or type(value) is not str:
        return phone, None, None
    if PARENT_BSUID.fullmatch(value):
        return None, None, value
    return None, value if BSUID.fullmatch(value) else None, None


def read_identity(source: Mapping[str, Any], address: str, user: str, parent: str) -> Identity:
    """The identity under the given keys, without name or username; raises PayloadError when all are empty."""
    identity = find_identity(source, address, user, parent)
    if identity is None:
        raise PayloadError(f"neither {address} nor {user} names a person", f".{address}")
    return identity


def find_identity(source: Mapping[str, Any], address: str, user: str, parent: str) -> Identity | None:
    ids = _find_ids(source, address, user, parent)
    return Identity(*ids) if any(ids) else None


def _find_ids(
    source: Mapping[str, Any], address: str, user: str, parent: str
) -> tuple[str | None, str | None, str | None]:
    wa_id, bsuid, parent_bsuid = split_address(source.get(address))
    if user in source:
        bsuid = get_id(source, user) or bsuid
    if parent in source:
        parent_bsuid = get_id(source, parent) or parent_bsuid
    return wa_id, bsuid, parent_bsuid


def read_username(profile: Mapping[str, Any]) -> str | None:
    if "username" not in profile:
        return None
    return get_short(profile, "username", USERNAME_LENGTH).lstrip("@") or None


class ContactBook:
    """The `contacts[]` beside messages or statuses, found again by phone number or BSUID."""

    __slots__ = ("_by_id", "_only")

    def __init__(self, value: Mapping[str, Any]) -> None:
        self._by_id: dict[str, Identity] = {}
        contacts = [contact for raw in objects_in(value, "contacts") if (contact := _read_contact(raw))]
        for contact in contacts:
            if contact.wa_id:
                self._by_id[contact.wa_id] = contact
            if contact.bsuid:
                self._by_id[contact.bsuid] = contact
        siblings = value.get("messages") or value.get("statuses") or value.get("user_preferences")
        alone = len(contacts) == 1 and isinstance(siblings, Sequence) and len(siblings) == 1
        self._only = contacts[0] if alone else None

    def complete(self, person: Identity) -> Identity:
        """The person with everything their contact adds; what the message itself says wins."""
        contact = self._by_id.get(person.wa_id or "") or self._by_id.get(person.bsuid or "") or self._only
        if contact is None or _differ(person.wa_id, contact.wa_id) or _differ(person.bsuid, contact.bsuid):
            return person
        return Identity(
            person.wa_id or contact.wa_id,
            person.bsuid or contact.bsuid,
            person.parent_bsuid or contact.parent_bsuid,
            contact.username,
            contact.profile_name,
        )

    def only(self) -> Identity | None:
        """The single contact of a single message, for messages that do not name their sender."""
        return self._only


def _differ(one: str | None, other: str | None) -> bool:
    return one is not None and other is not None and one != other


def _read_contact(raw: Mapping[str, Any]) -> Identity | None:
    ids = _find_ids(raw, "wa_id", "user_id", "parent_user_id")
    if not any(ids):
        return None
    profile = get_object(raw, "profile")
    return Identity(*ids, read_username(profile) or read_username(raw), get_short(profile, "name") or None)
