"""The only way a message leaves the house."""

from apps.conversations.sending.door import Draft, NotSent, resend, send, send_all

__all__ = ["Draft", "NotSent", "resend", "send", "send_all"]
