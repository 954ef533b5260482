"""The away message: once for each conversation that begins to wait while its queue is closed and wants it."""

from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db import transaction

from apps.conversations.models import Conversation
from apps.conversations.sending import Draft, send
from apps.core.clock import now
from apps.core.logs import get_logger
from apps.organizations.tenancy import tenant_scope
from apps.routing.places import Place
from apps.teams.models import OutOfHours, Queue
from apps.teams.schedules import hours_of_queues

log = get_logger(__name__)
_NAME = UUID("6f1c2f0e-5a43-4c39-9d3b-4b7a0a5f3c11")  # one client id for each conversation: sending twice stores once


def answer(organization_id: UUID, placed: list[tuple[Conversation, Place]]) -> None:
    """Say it to those who came out of hours, once what is placed is committed. One query, or none."""
    speaking = {place.queue for _conversation, place in placed if place.queue and _text(place.queue)}
    if not speaking:
        return
    hours, moment = hours_of_queues(speaking), now()
    closed = {queue.pk for queue in speaking if not hours[queue.pk].is_open(moment)}
    due = [(row.pk, _text(place.queue)) for row, place in placed if place.queue and place.queue.pk in closed]
    transaction.on_commit(lambda: _send_all(organization_id, due))


def _text(queue: Queue) -> str:
    return (queue.away_message or queue.department.away_message) if queue.out_of_hours == OutOfHours.MESSAGE else ""


def _send_all(organization_id: UUID, due: list[tuple[UUID, str]]) -> None:
    with tenant_scope(organization_id):
        for conversation_id, text in due:
            try:
                send(conversation_id, Draft(uuid5(_NAME, str(conversation_id)), text=text), author=None)
            except ValidationError as error:
                log.info("away message not sent", conversation=str(conversation_id), reason=error.messages[0])
