"""Live pushes: `push` on the writing side, the hub under the consumers on the reading side."""

from apps.core.realtime.publish import Push, close_user, last_sequence, push, push_all

__all__ = ["Push", "close_user", "last_sequence", "push", "push_all"]
