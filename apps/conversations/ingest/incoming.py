"""One received (or echoed) message on its way into the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from apps.contacts.identify import Person
from apps.contacts.models import Contact
from apps.conversations.models import AMENDMENTS, Conversation, Message, MessageKind
from apps.whatsapp.intake import Arrival
from apps.whatsapp.models import Number
from apps.whatsapp.payloads import Identity, InboundMessage
from apps.whatsapp.payloads import MessageKind as Parsed

_KINDS = {
    Parsed.BUTTON_REPLY: MessageKind.INTERACTIVE,
    Parsed.LIST_REPLY: MessageKind.INTERACTIVE,
    Parsed.FLOW_REPLY: MessageKind.INTERACTIVE,
    Parsed.CALL_PERMISSION_REPLY: MessageKind.INTERACTIVE,
    Parsed.UNKNOWN: MessageKind.UNSUPPORTED,
}


@dataclass(slots=True, eq=False)
class Incoming:
    """`outgoing` marks what the business itself wrote on its phone (echo, history)."""

    number: Number
    parsed: InboundMessage
    person: Person
    correlation_id: str
    outgoing: bool = False
    is_history: bool = False
    contact: Contact | None = None
    conversation: Conversation | None = None
    row: Message | None = None

    @property
    def key(self) -> tuple[object, str]:
        return self.number.pk, self.parsed.wamid

    @property
    def kind(self) -> MessageKind:
        return _KINDS.get(self.parsed.kind) or MessageKind(self.parsed.kind.value)

    @property
    def is_amendment(self) -> bool:
        return self.kind in AMENDMENTS

    @property
    def counts_as_contact(self) -> bool:
        """Whether it opens the 24-hour window and waits to be read."""
        return not self.outgoing and not self.is_history and self.kind not in (*AMENDMENTS, MessageKind.SYSTEM)

    @property
    def is_answer(self) -> bool:
        """Whether a person answered the customer on the business's own phone."""
        return self.outgoing and not self.is_history and self.kind not in (*AMENDMENTS, MessageKind.SYSTEM)


def person_of(identity: Identity, scope: str) -> Person:
    return Person(
        scope=scope,
        wa_id=identity.wa_id or "",
        bsuid=identity.bsuid or "",
        parent_bsuid=identity.parent_bsuid or "",
        username=(identity.username or "").lstrip("@")[:64],
        profile_name=(identity.profile_name or "")[:160],
    )


def collect(arrivals: Iterable[Arrival]) -> list[Incoming]:
    """All messages of the arrivals, oldest first; group chats are not ours to answer."""
    found: list[Incoming] = []
    for arrival in arrivals:
        scope = arrival.number.account.portfolio_scope
        for parsed in arrival.change.messages:
            found.append(_incoming(arrival, parsed, parsed.sender, scope))
        for parsed in arrival.change.echoes:
            found.append(_incoming(arrival, parsed, parsed.recipient or parsed.sender, scope, outgoing=True))
        for old in arrival.change.history:
            item = _incoming(arrival, old.message, old.person, scope, outgoing=old.outgoing)
            item.is_history = True
            found.append(item)
    return sorted((item for item in found if not item.parsed.group_id), key=_when)


def _incoming(
    arrival: Arrival, parsed: InboundMessage, identity: Identity, scope: str, *, outgoing: bool = False
) -> Incoming:
    return Incoming(arrival.number, parsed, person_of(identity, scope), arrival.correlation_id, outgoing)


def _when(item: Incoming) -> datetime:
    return item.parsed.timestamp
