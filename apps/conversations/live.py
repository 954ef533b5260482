"""What is pushed of conversations, to whom, and how it is rendered for a viewer."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple
from uuid import UUID

from apps.conversations.models import Conversation, Message, State
from apps.core.realtime import Push, push_all
from apps.organizations.tenancy import current_organization_id

ALL = "all"
EMPTY: Mapping[UUID, str] = MappingProxyType({})


def thread_group(conversation_id: UUID) -> str:
    return f"conversation:{conversation_id}"


class Place(NamedTuple):
    """Where a conversation stands, without its model."""

    pk: UUID
    state: str
    assignee_id: UUID | None
    queue_id: UUID | None


def list_groups(conversation: Conversation | Place) -> frozenset[str]:
    """The lists in which a conversation stands: everybody's, its agent's, its queue's while it waits."""
    groups = set() if conversation.state == State.CLOSED else {ALL}
    if conversation.assignee_id and conversation.state != State.CLOSED:
        groups.add(f"member:{conversation.assignee_id}")
    if conversation.state == State.QUEUED and conversation.queue_id:
        groups.add(f"queue:{conversation.queue_id}")
    return frozenset(groups)


Followed = Mapping[UUID, str]  # the correlation id of what a message or a conversation followed from, by its own id


def push_messages(messages: Iterable[Message], followed: Followed = EMPTY) -> None:
    """New or changed lines, to whoever has the conversation open."""
    push_all(
        current_organization_id(),
        [
            Push(
                frozenset({thread_group(message.conversation_id)}),
                "message",
                {"message": str(message.pk), "conversation": str(message.conversation_id)},
                correlation_id=followed.get(message.pk, ""),
            )
            for message in messages
        ],
    )


def push_changed(rows: Iterable[tuple[UUID, UUID, str]]) -> None:
    """Lines whose status changed: (message id, conversation id, status)."""
    push_all(
        current_organization_id(),
        [
            Push(
                frozenset({thread_group(conversation)}),
                "message",
                {"message": str(pk), "conversation": str(conversation)},
            )
            for pk, conversation, _status in rows
        ],
    )


def push_rows(conversations: Iterable[Conversation | Place], followed: Followed = EMPTY) -> None:
    """List rows of conversations whose place (agent, queue, state) did not change."""
    pushes = [_row(row, frozenset(), followed.get(row.pk, "")) for row in conversations]
    push_all(current_organization_id(), pushes)


def push_rows_of(conversation_ids: Iterable[UUID]) -> None:
    """The same, where only ids are known."""
    ids = list(conversation_ids)
    if ids:
        push_rows(
            Conversation.objects.filter(pk__in=ids).only("id", "organization_id", "state", "assignee_id", "queue_id")
        )


def push_moved(*moved: tuple[Conversation, frozenset[str]]) -> None:
    """Conversations whose agent, queue or state changed, each with its `list_groups` from before the change."""
    pushes = []
    for conversation, before in moved:
        thread = frozenset({thread_group(conversation.pk)})
        pushes += [_row(conversation, before), Push(thread, "conversation", {"conversation": str(conversation.pk)})]
    push_all(current_organization_id(), pushes)


def _row(conversation: Conversation | Place, before: frozenset[str], correlation_id: str = "") -> Push:
    return Push(list_groups(conversation), "row", {"conversation": str(conversation.pk)}, before, correlation_id)
