"""Live pushes: `push` on the writing side, the hub under the consumers on the reading side."""

from apps.core.realtime.publish import close_user, push

__all__ = ["close_user", "push"]
