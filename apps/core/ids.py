"""Identifiers."""

import uuid

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562 version 7): sorts by creation within this process, opaque to outsiders."""
    return uuid_utils.compat.uuid7()


def as_uuid(value: object) -> uuid.UUID | None:
    """The id that a text from outside names; None when it names none."""
    try:
        return uuid.UUID(str(value))
    except ValueError:
        return None
