"""The one line by which a list row shows its newest message."""

from apps.conversations.models import Message, MessageKind

PREVIEW_LENGTH = 120


def preview(message: Message) -> str:
    """Text or caption; where there is none, the media's file name; kinds are named by the row's template."""
    text = " ".join(message.text.split())
    if not text and message.kind == MessageKind.DOCUMENT:
        text = str(message.payload.get("media", {}).get("name", ""))
    return text[:PREVIEW_LENGTH]
