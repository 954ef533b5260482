"""The only way a message leaves the house."""

from apps.conversations.sending.door import Draft, NotSent, resend, send

__all__ = ["Draft", "NotSent", "resend", "send"]
