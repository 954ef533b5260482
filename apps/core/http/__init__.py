"""SSRF-safe outbound HTTP, the only module that may talk to the outside."""

from apps.core.http.client import MAX_BYTES, OutboundClient, OutboundResponse, multipart
from apps.core.http.errors import BlockedAddress, TransportError
from apps.core.http.pinning import Pinned, pin

__all__ = [
    "MAX_BYTES",
    "BlockedAddress",
    "OutboundClient",
    "OutboundResponse",
    "Pinned",
    "TransportError",
    "multipart",
    "pin",
]
