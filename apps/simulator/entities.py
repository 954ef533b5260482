"""The things that exist in the simulated world."""

import hashlib
import time
from dataclasses import dataclass, field
from typing import Any, Literal

from apps.simulator import phones

JSON = dict[str, Any]
Direction = Literal["business", "customer"]


@dataclass(slots=True)
class App:
    id: str
    secret: str
    verify_token: str
    webhook_url: str
    name: str = "PyTake"


@dataclass(slots=True)
class Template:
    id: str
    waba_id: str
    name: str
    language: str
    category: str
    components: list[JSON]
    status: str = "PENDING"
    parameter_format: str = "POSITIONAL"
    rejected_reason: str = "NONE"
    quality: str = "UNKNOWN"


@dataclass(slots=True)
class Account:
    id: str
    business_id: str
    app_id: str
    name: str
    subscribed: bool = True
    override_url: str = ""
    override_token: str = ""
    templates: dict[str, Template] = field(default_factory=dict)


@dataclass(slots=True)
class Number:
    id: str
    waba_id: str
    display_number: str
    verified_name: str
    status: str = "CONNECTED"
    quality_rating: str = "GREEN"
    throughput_level: str = "STANDARD"
    override_url: str = ""
    override_token: str = ""
    pin: str = ""
    profile: JSON = field(default_factory=dict)
    blocked: set[str] = field(default_factory=set)
    free_used: dict[str, int] = field(default_factory=dict)
    phones_known: set[str] = field(default_factory=set)

    @property
    def digits(self) -> str:
        return phones.digits(self.display_number)


@dataclass(slots=True)
class Token:
    value: str
    app_id: str
    expires_at: float | None = None
    waba_ids: frozenset[str] | None = None
    scopes: tuple[str, ...] = ("whatsapp_business_management", "whatsapp_business_messaging", "business_management")


@dataclass(slots=True)
class Customer:
    """A person with a phone; `phone` is the full E.164 number in digits, `wa_id` what Meta calls it."""

    key: str
    name: str
    phone: str = ""
    wa_id: str = ""
    username: str = ""
    country: str = "BR"
    shown: bool = False
    online: bool = True
    refusal: int = 0
    marketing_stopped: bool = False
    identities: int = 0
    user_ids: dict[str, str] = field(default_factory=dict)

    def user_id(self, business_id: str) -> str:
        """The BSUID: one per (portfolio, person), regenerated with the phone number."""
        known = self.user_ids.get(business_id)
        if known:
            return known
        seed = f"{business_id}:{self.key}:{self.identities}".encode()
        made = f"{self.country}.{int(hashlib.sha256(seed).hexdigest()[:14], 16):017d}"
        self.user_ids[business_id] = made
        return made


@dataclass(slots=True)
class Media:
    id: str
    data: bytes
    mime_type: str
    sha256: str
    filename: str
    expires_at: float
    owner: str


@dataclass(slots=True)
class Message:
    id: str
    number_id: str
    customer: Customer
    direction: Direction
    type: str
    content: Any
    at: float
    status: str = "accepted"
    context_id: str = ""
    callback_data: str = ""
    by_phone: bool = True
    payload: JSON | None = None
    template: Template | None = None
    pricing: JSON | None = None
    conversation: JSON | None = None
    reaction_business: str = ""
    reaction_customer: str = ""
    error: int = 0
    deleted: bool = False


@dataclass(slots=True)
class Window:
    """What a number knows about one customer's last messages."""

    last_inbound: float
    ad_clicked_at: float = 0.0
    free_entry_until: float = 0.0


@dataclass(slots=True)
class Clock:
    """Real time plus an offset that tests may move, so that windows and months can pass."""

    offset: float = 0.0

    def now(self) -> float:
        return time.time() + self.offset
