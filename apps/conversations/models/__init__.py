from apps.conversations.models.conversation import Conversation, Outcome, State
from apps.conversations.models.message import (
    AMENDMENTS,
    Direction,
    MediaState,
    Message,
    MessageKind,
    ParkedStatus,
    Status,
)

__all__ = [
    "AMENDMENTS",
    "Conversation",
    "Direction",
    "MediaState",
    "Message",
    "MessageKind",
    "Outcome",
    "ParkedStatus",
    "State",
    "Status",
]
