"""Names and shapes on the Redis side of live pushes."""

from uuid import UUID

CONTROL_CHANNEL = "live:control"


def channel(organization_id: UUID | str) -> str:
    """One Redis channel per organisation: a process subscribes only to those of its open sockets."""
    return f"live:org:{organization_id}"


def sequence_key(organization_id: UUID | str) -> str:
    return f"live:seq:{organization_id}"
