"""The stages of an ingest, over one list of incoming messages."""

from collections import defaultdict

from django.db import transaction

from apps.contacts import identify
from apps.conversations import handlers, live
from apps.conversations.ingest import amendments, people, placing, statuses, storing
from apps.conversations.ingest.incoming import Incoming, collect
from apps.conversations.models import Conversation, Message
from apps.core import correlation, metrics
from apps.core.logs import get_logger
from apps.core.wake import wake
from apps.whatsapp.intake import Arrival

log = get_logger(__name__)


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
    for item in fresh:
        item.contact = item.contact or found.get(item.person)
        if item.contact is None:
            log.error("a message names nobody and stays in the journal only", wamid=item.parsed.wamid)
    placed = placing.place([item for item in fresh if item.contact is not None])
    messages = storing.store(placed)
    amended = amendments.apply(placed)
    placing.bump(placed)
    _handle(placed)
    live.push_messages([*messages, *amended])
    live.push_rows({item.conversation.pk for item in placed if item.conversation})
    _after_commit(messages)


def _handle(placed: list[Incoming]) -> None:
    """Inbound handlers, one conversation at a time, in the order of arrival."""
    waiting: dict[Conversation, list[Message]] = defaultdict(list)
    bound: dict[Conversation, str] = {}
    for item in placed:
        if item.conversation and item.row and item.counts_as_contact:
            waiting[item.conversation].append(item.row)
            bound[item.conversation] = item.correlation_id
    for conversation, messages in waiting.items():
        with correlation.bound(bound[conversation]):
            handlers.handle_inbound(conversation, messages)


def _after_commit(messages: list[Message]) -> None:
    metrics.MESSAGES.labels("in").inc(len(messages))
    if any(message.media_state == "pending" for message in messages):
        transaction.on_commit(lambda: wake("conversations.fetch_media"))
