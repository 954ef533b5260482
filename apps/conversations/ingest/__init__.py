"""From parsed changes to contacts, conversations and messages, set by set."""

from apps.conversations.ingest.batch import ingest

__all__ = ["ingest"]
