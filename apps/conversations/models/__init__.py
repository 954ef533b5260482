from apps.conversations.models.conversation import Conversation, Outcome, State
from apps.conversations.models.handling import Ending, Handling
from apps.conversations.models.message import (
    AMENDMENTS,
    Direction,
    MediaState,
    Message,
    MessageKind,
    ParkedStatus,
    Status,
)
from apps.conversations.models.survey import COMMENT_TIME, Survey, SurveyPolicy

__all__ = [
    "AMENDMENTS",
    "COMMENT_TIME",
    "Conversation",
    "Direction",
    "Ending",
    "Handling",
    "MediaState",
    "Message",
    "MessageKind",
    "Outcome",
    "ParkedStatus",
    "State",
    "Status",
    "Survey",
    "SurveyPolicy",
]
