from apps.conversations.models.card import CardFile
from apps.conversations.models.conversation import Conversation, Outcome, State
from apps.conversations.models.handling import Ending, Handling
from apps.conversations.models.inbox import CannedReply, SavedView, ScheduledMessage, Unsent
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
    "CannedReply",
    "CardFile",
    "Conversation",
    "Direction",
    "Ending",
    "Handling",
    "MediaState",
    "Message",
    "MessageKind",
    "Outcome",
    "ParkedStatus",
    "SavedView",
    "ScheduledMessage",
    "State",
    "Status",
    "Survey",
    "SurveyPolicy",
    "Unsent",
]
