"""What the checks found, in words a person can act on."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from django.utils.functional import Promise

Words = str | Promise


class Verdict(StrEnum):
    PASSED = "passed"
    WARNING = "warning"
    FAILED = "failed"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Check:
    """How one look went: what was found, and what to do about it."""

    key: str
    verdict: Verdict
    found: Words = ""
    advice: Words = ""


@dataclass(frozen=True, slots=True)
class Credentials:
    """What the person pasted. Never logged: `repr` tells nothing."""

    waba_id: str
    phone_number_id: str
    app_id: str
    app_secret: str
    access_token: str

    def __repr__(self) -> str:
        return "<credentials>"

    @property
    def app_token(self) -> str:
        return f"{self.app_id}|{self.app_secret}"


@dataclass(slots=True)
class Report:
    """What the checks learned: Meta's own words about the account and the number."""

    token_expires_at: datetime | None = None
    portfolio_id: str = ""
    account: dict[str, Any] = field(default_factory=dict)
    number: dict[str, Any] = field(default_factory=dict)
