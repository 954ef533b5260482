"""Who is calling: every call is signed over its raw bytes with the company's own key.

The header is `X-PyTake-Signature: t=<unix seconds>,v1=<64 hex>`, the hex being HMAC-SHA256 of `<t>.` and the body.
"""

import hashlib
import hmac
import re
import secrets
from datetime import datetime

from apps.chatbots.models import HookKey
from apps.core.clock import now
from apps.organizations.models import Organization
from apps.organizations.tenancy import tenant_scope

HEADER = "X-PyTake-Signature"
TOLERANCE = 300  # seconds in which a call may be made
_FORM = re.compile(r"t=([0-9]{1,12}),v1=([0-9a-f]{64})")


def signature(secret: str, stamp: int, body: bytes) -> str:
    return hmac.new(secret.encode(), b"%d." % stamp + body, hashlib.sha256).hexdigest()


def header(secret: str, stamp: int, body: bytes) -> str:
    return f"t={stamp},v1={signature(secret, stamp, body)}"


def caller(slug: str, given: str, body: bytes, at: datetime) -> Organization | None:
    """The company that signed this, lately. Without a key, or with a wrong or an old signature: nobody."""
    found = _FORM.fullmatch(given)
    organization = Organization.objects.filter(slug=slug, is_active=True).first()
    secret = _secret_of(organization)
    stamp, told = (int(found[1]), found[2]) if found else (0, "0" * 64)
    wanted = signature(secret or secrets.token_hex(), stamp, body)
    is_right = hmac.compare_digest(wanted, told) and abs(at.timestamp() - stamp) <= TOLERANCE
    return organization if is_right and secret else None


def _secret_of(organization: Organization | None) -> str:
    if organization is None:
        return ""
    with tenant_scope(organization):
        key = HookKey.objects.first()
    return key.secret.reveal() if key else ""


def renew() -> str:
    """A new key for the company in scope; the old one ends. Gives it, the only time."""
    secret = secrets.token_urlsafe(32)
    key = HookKey.objects.first() or HookKey()
    key.secret, key.created_at = secret, now()
    key.save()
    return secret
