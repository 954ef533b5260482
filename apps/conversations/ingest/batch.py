"""The stages of an ingest, over one list of incoming messages."""

from uuid import UUID

from django.db import transaction

from apps.contacts import identify
from apps.conversations import handlers, life, live
from apps.conversations.handlers import Arrived
from apps.conversations.ingest import amendments, people, placing, statuses, storing
from apps.conversations.ingest.incoming import Incoming, collect
from apps.conversations.models import Conversation, Message
from apps.core import metrics
from apps.core.wake import wake
from apps.whatsapp.intake import Arrival


def ingest(arrivals: list[Arrival]) -> None:
    """Store what arrived for one tenant (in scope) inside the caller's transaction. Repetitions change nothing."""
    fresh = storing.drop_known(collect(arrivals))
    if fresh:
        _store(fresh)
    statuses.apply(arrivals)
    people.apply_preferences(arrivals)


def _store(fresh: list[Incoming]) -> None:
    people.follow_changes(fresh)
    found = identify.resolve(item.person for item in fresh if item.contact is None)
    for item in fresh:  # the parser lets nothing through that names nobody
        item.contact = item.contact or found[item.person]
    placed = placing.place(fresh)
    rows = storing.build(placed)
    begun = placing.settle(placed)
    Message.objects.bulk_create(rows)
    amended = amendments.apply(placed)
    followed = _followed(placed)
    live.push_messages([*(row for row in rows if not row.target_wamid), *amended], followed)
    live.push_rows({item.conversation for item in placed if item.conversation}, followed)
    handlers.handle_inbound(_arrived(placed, begun))
    if answered := {item.conversation for item in placed if item.conversation and item.is_answer}:
        life.tell_answers(list(answered))
    _after_commit(rows)


def _followed(placed: list[Incoming]) -> dict[UUID, str]:
    """Which delivery brought a message or moved a conversation last, by its correlation id."""
    shown = [(row.pk, item.correlation_id) for item in placed for row in (item.row, item.conversation) if row]
    return dict(shown)


def _arrived(placed: list[Incoming], begun: set[UUID]) -> list[Arrived]:
    """What waits for an answer, in the order of arrival."""
    found: dict[Conversation, Arrived] = {}
    for item in placed:
        if item.conversation and item.row and item.counts_as_contact:
            is_new = item.conversation.pk in begun
            here = found.setdefault(item.conversation, Arrived(item.conversation, item.correlation_id, is_new=is_new))
            here.messages.append(item.row)
    return list(found.values())


def _after_commit(messages: list[Message]) -> None:
    metrics.MESSAGES.labels("in").inc(len(messages))
    if any(message.media_state == "pending" for message in messages):
        transaction.on_commit(lambda: wake("conversations.fetch_media"))
