"""Identifiers."""

import uuid

import uuid_utils.compat


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562 version 7): sorts by creation within this process, opaque to outsiders."""
    return uuid_utils.compat.uuid7()
