"""The ways of reaching WhatsApp, one folder each, behind the protocol of `base`."""

from apps.whatsapp.providers.base import MediaInfo, Provider, SendKind, SendRequest, SendResult

__all__ = ["MediaInfo", "Provider", "SendKind", "SendRequest", "SendResult"]
