"""Which sessions are due, and holding them: one turn of a contact at a time."""

from uuid import UUID

from django.db import connection
from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Coalesce

from apps.chatbots.models import LIVE, Session
from apps.conversations.models import Conversation, Direction, Message, MessageKind
from apps.core.clock import now
from apps.core.compiled import CompiledModel, prepared
from apps.organizations.tenancy import current_organization_id, tenant_scope

_DUE = """
SELECT id, organization_id, conversation_id FROM chatbots_session
WHERE status IN ('ready', 'waiting', 'working') AND due_at <= %s
ORDER BY due_at LIMIT %s
"""
_LOCK = """
SELECT contact, pg_try_advisory_xact_lock(hashtextextended('bot:' || contact, 7))
FROM unnest(%s::text[]) AS contact ORDER BY contact
"""
_WAIT = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 7))"
_NOTHING = UUID(int=0)
Due = tuple[UUID, UUID, UUID]


def due(most: int) -> list[Due]:
    """(session, organisation, conversation) of all tenants, the longest due first."""
    return [(session, owner, conversation) for session, owner, conversation in prepared(_DUE, [now(), most])]


def claim(sessions: list[UUID], conversations: list[UUID], *, waits: bool = False) -> list[Session]:
    """Those that live and that nobody is at, with their conversations, in the order asked for. Locked are first the
    conversations, then their contacts, then the sessions; `waits`: until whoever is at it is done."""
    organization = current_organization_id()
    held = (_awaited if waits else _free).all(organization, conversations)
    alone = _alone({str(row.contact_id) for row in held}, waits=waits)
    chats = {row.pk: row for row in held if str(row.contact_id) in alone}
    by_id = {row.pk: row for row in _live.all(organization, sessions, list(chats))} if chats else {}
    for session in by_id.values():
        session.conversation = chats[session.conversation_id]
    return [by_id[pk] for pk in sessions if pk in by_id]


def heard(sessions: list[Session]) -> dict[UUID, list[Message]]:
    """What the customers said since, by session, oldest first."""
    by_conversation = {session.conversation_id: session.pk for session in sessions}
    found: dict[UUID, list[Message]] = {session.pk: [] for session in sessions}
    for message in _said.all(current_organization_id(), list(found)) if found else ():
        found[by_conversation[message.conversation_id]].append(message)
    return found


def _alone(contacts: set[str], *, waits: bool) -> set[str]:
    if not waits:
        return {contact for contact, is_locked in prepared(_LOCK, [list(contacts)]) if is_locked}
    with connection.cursor() as cursor:
        for contact in sorted(contacts):
            cursor.execute(_WAIT, [f"bot:{contact}"])
    return contacts


def _conversations(organization: UUID, conversation: UUID) -> "QuerySet[Conversation]":
    with tenant_scope(organization):
        rows = Conversation.objects.select_related("contact", "number", "organization")
        return rows.filter(pk__in=[conversation]).order_by("pk")


def _sessions(organization: UUID, session: UUID, conversation: UUID) -> "QuerySet[Session]":
    with tenant_scope(organization):
        rows = Session.objects.select_for_update(of=("self",)).select_related("version__flow__bot")
        live = rows.defer("version__graph").filter(pk__in=[session], conversation__in=[conversation], status__in=LIVE)
        return live.order_by("pk")


def _messages(organization: UUID, session: UUID) -> "QuerySet[Message]":
    newer = Q(pk__gt=Coalesce(F("conversation__flow_sessions__heard_id"), Value(_NOTHING)))
    with tenant_scope(organization):
        rows = Message.objects.filter(newer, conversation__flow_sessions__in=[session], direction=Direction.IN)
        return rows.in_thread().exclude(kind=MessageKind.SYSTEM).order_by("pk")


_free = CompiledModel(
    2, lambda owner, chat: _conversations(owner, chat).select_for_update(of=("self",), skip_locked=True)
)
_awaited = CompiledModel(2, lambda owner, chat: _conversations(owner, chat).select_for_update(of=("self",)))
_live = CompiledModel(3, _sessions)
_said = CompiledModel(2, _messages)
