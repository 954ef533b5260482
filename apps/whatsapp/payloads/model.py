"""What a webhook delivery says, as plain frozen values: no Django, no database, no network.

`content`, `data` and every other mapping here is JSON-safe: string keys, bounded depth, finite numbers, storable text.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

JSONObject = dict[str, Any]


class MessageKind(StrEnum):
    TEXT = "text"
    IMAGE = "image"
    VIDEO = "video"
    AUDIO = "audio"
    DOCUMENT = "document"
    STICKER = "sticker"
    LOCATION = "location"
    CONTACTS = "contacts"
    BUTTON = "button"  # quick reply of a template
    BUTTON_REPLY = "button_reply"  # interactive button
    LIST_REPLY = "list_reply"
    FLOW_REPLY = "flow_reply"  # nfm_reply: a form or an address
    CALL_PERMISSION_REPLY = "call_permission_reply"
    INTERACTIVE = "interactive"  # an interactive answer without, or with an unknown, inner object
    REACTION = "reaction"
    ORDER = "order"
    SYSTEM = "system"
    EDIT = "edit"
    REVOKE = "revoke"
    UNSUPPORTED = "unsupported"
    UNKNOWN = "unknown"  # a type this version does not know; `content["type"]` names it


class StatusKind(StrEnum):
    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    PLAYED = "played"
    FAILED = "failed"
    OTHER = "other"  # seen in old payloads ("deleted", "warning"): to be ignored

    @property
    def rank(self) -> int:
        """Order in which a message climbs; a lower rank never replaces a higher one. `failed` beats only `sent`."""
        return STATUS_RANKS[self]


STATUS_RANKS: Mapping[StatusKind, int] = {
    StatusKind.OTHER: 0,
    StatusKind.SENT: 1,
    StatusKind.FAILED: 2,
    StatusKind.DELIVERED: 3,
    StatusKind.READ: 4,
    StatusKind.PLAYED: 5,
}


@dataclass(frozen=True, slots=True)
class Identity:
    """A person as WhatsApp names them. `wa_id` is digits without `+`; at least one of `wa_id` and `bsuid` is set."""

    wa_id: str | None = None
    bsuid: str | None = None
    parent_bsuid: str | None = None
    username: str | None = None
    profile_name: str | None = None


@dataclass(frozen=True, slots=True)
class MediaRef:
    """A file at the platform. `id` lives 7 days, `url` 5 minutes and only with the bearer token."""

    id: str
    mime: str = ""
    sha256: str = ""
    filename: str = ""
    caption: str = ""
    voice: bool = False
    animated: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True)
class Context:
    """What a message answers: the quoted wamid, forwarding, or the product whose button was tapped."""

    wamid: str | None = None
    author: str | None = None
    forwarded: bool = False
    frequently_forwarded: bool = False
    catalog_id: str | None = None
    product_id: str | None = None


@dataclass(frozen=True, slots=True)
class Referral:
    """The click-to-WhatsApp ad or post a conversation started from."""

    source_url: str = ""
    source_id: str = ""
    source_type: str = ""
    headline: str = ""
    body: str = ""
    media_type: str = ""
    media_url: str = ""
    thumbnail_url: str = ""
    ctwa_clid: str = ""
    welcome_text: str = ""


@dataclass(frozen=True, slots=True)
class IdentityChange:
    previous_wa_id: str | None = None
    wa_id: str | None = None
    previous_bsuid: str | None = None
    bsuid: str | None = None
    parent_bsuid: str | None = None


@dataclass(frozen=True, slots=True)
class ErrorItem:
    """One element of an `errors[]`. `code` is 0 when the platform sent none."""

    code: int
    title: str = ""
    details: str = ""
    href: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    wamid: str
    kind: MessageKind
    sender: Identity
    timestamp: datetime
    text: str = ""
    content: JSONObject = field(default_factory=dict)
    media: MediaRef | None = None
    context: Context | None = None
    referral: Referral | None = None
    target_wamid: str | None = None
    identity_change: IdentityChange | None = None
    recipient: Identity | None = None  # only for echoes and history: whom the business wrote to
    group_id: str | None = None
    errors: tuple[ErrorItem, ...] = ()


@dataclass(frozen=True, slots=True)
class Pricing:
    """`type` starting with `free_` costs nothing; `billable` is None once Meta stops sending it."""

    category: str
    type: str = ""
    model: str = ""
    billable: bool | None = None


@dataclass(frozen=True, slots=True)
class ConversationInfo:
    id: str
    origin: str = ""
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class StatusUpdate:
    wamid: str
    status: StatusKind
    timestamp: datetime
    recipient: Identity
    callback_id: str | None = None  # biz_opaque_callback_data
    pricing: Pricing | None = None
    conversation: ConversationInfo | None = None
    group_id: str | None = None
    raw_status: str = ""
    errors: tuple[ErrorItem, ...] = ()


@dataclass(frozen=True, slots=True)
class PaymentUpdate:
    """What Meta says of a charge sent as `order_details`. `cents` is None when it names no amount in reais."""

    reference: str
    status: str
    timestamp: datetime
    cents: int | None = None


@dataclass(frozen=True, slots=True)
class Preference:
    """`value` "stop" means no marketing may be sent, "resume" and "signup" that it may again."""

    person: Identity
    category: str
    value: str
    timestamp: datetime | None
    detail: str = ""
    signup_id: str = ""


@dataclass(frozen=True, slots=True)
class UserAction:
    action_type: str
    timestamp: datetime | None
    data: JSONObject


@dataclass(frozen=True, slots=True)
class HistoryMessage:
    """A message from before the coexistence onboarding. `outgoing` when the business wrote it."""

    message: InboundMessage
    person: Identity
    outgoing: bool
    status: str = ""


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """Anything that is no conversation: templates, quality, limits, bans, calls, flows, and fields not known yet.

    `subject` is the template id, display phone number, flow id or entity the event is about, "" for the account.
    `dedupe_key` is the same for every repetition of the same event. `occurred_at` is None where Meta sends no time.
    """

    field: str
    event: str
    data: JSONObject
    dedupe_key: str
    occurred_at: datetime | None = None
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One `entry[].changes[]`; the tuples it does not carry are empty."""

    waba_id: str
    field: str
    path: str
    phone_number_id: str | None = None
    display_phone_number: str | None = None
    entry_time: datetime | None = None
    messages: tuple[InboundMessage, ...] = ()
    statuses: tuple[StatusUpdate, ...] = ()
    payments: tuple[PaymentUpdate, ...] = ()
    echoes: tuple[InboundMessage, ...] = ()
    history: tuple[HistoryMessage, ...] = ()
    preferences: tuple[Preference, ...] = ()
    user_actions: tuple[UserAction, ...] = ()
    errors: tuple[ErrorItem, ...] = ()
    account_event: AccountEvent | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """A part that could not be understood: where it is (JSON path), why, and whose it is as far as that is known."""

    path: str
    reason: str
    waba_id: str | None = None
    phone_number_id: str | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    entries: tuple[Change, ...] = ()
    broken: tuple[Broken, ...] = ()
