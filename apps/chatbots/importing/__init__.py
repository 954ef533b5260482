"""Flows of other programs as flows of PyTake, as far as they can be read; what can't is told."""

from apps.chatbots.importing.reading import MAX_BYTES, read

__all__ = ["MAX_BYTES", "read"]
