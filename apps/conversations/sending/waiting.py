"""Sends that Meta refused for a time: when it is over they go out again, if the door lets them."""

from uuid import UUID

from django.db import connection, transaction

from apps.conversations import live
from apps.conversations.models import Message, Status
from apps.conversations.sending.door import NotSent, resend
from apps.organizations.tenancy import tenant_scope

BATCH = 200

_DUE = """
SELECT organization_id, id FROM conversations_message
WHERE status = 'failed' AND next_attempt_at <= now() ORDER BY next_attempt_at LIMIT %s
"""


def requeue_due() -> int:
    """Returns how many go out again. What the door refuses stays failed, and a person may send it later."""
    with connection.cursor() as cursor:
        cursor.execute(_DUE, [BATCH])
        due = cursor.fetchall()
    return sum(_requeue(organization_id, pk) for organization_id, pk in due)


def _requeue(organization_id: UUID, pk: UUID) -> bool:
    with tenant_scope(organization_id):
        try:
            return resend(pk, author=None).status == Status.QUEUED
        except NotSent:
            _give_up(pk)
            return False


@transaction.atomic
def _give_up(pk: UUID) -> None:
    Message.objects.filter(pk=pk, status=Status.FAILED).update(next_attempt_at=None)
    live.push_messages(Message.objects.filter(pk=pk))
