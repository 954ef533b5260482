"""Who follows the life of conversations: higher apps register here, and are called inside the transaction that changes
them, with the conversations locked and as they are now."""

from collections.abc import Callable

from apps.conversations.models import Conversation, Message

EventFollower = Callable[[list[Message]], None]
AnswerFollower = Callable[[list[Conversation]], None]

_of_events: list[EventFollower] = []
_of_answers: list[AnswerFollower] = []


def follow_events(follower: EventFollower) -> EventFollower:
    """Called with the lines that tell what has happened; each line's `conversation` is up to date."""
    _of_events.append(follower)
    return follower


def follow_answers(follower: AnswerFollower) -> AnswerFollower:
    """Called with the conversations in which a person has just answered, on the desk or on the business's phone."""
    _of_answers.append(follower)
    return follower


def tell_events(lines: list[Message]) -> None:
    for follower in _of_events:
        follower(lines)


def tell_answers(conversations: list[Conversation]) -> None:
    for follower in _of_answers:
        follower(conversations)
