"""Which portfolio owns an account. BSUIDs are unique within it, so whoever keeps some follows when it becomes known."""

from collections.abc import Callable
from typing import Any

from django.db import transaction

from apps.whatsapp.models import BusinessAccount

PORTFOLIO_DIGITS = 32

Follower = Callable[[str, str], object]
_followers: list[Follower] = []


def register(follower: Follower) -> Follower:
    """`follower(before, after)` moves what is kept under one scope to the other, inside the caller's transaction."""
    _followers.append(follower)
    return follower


def owner_in(told: Any) -> str:
    """The id in Meta's `owner_business_info`; empty for anything that is none."""
    found = str(told.get("id") or "") if isinstance(told, dict) else ""
    return found if found.isascii() and found.isdigit() and len(found) <= PORTFOLIO_DIGITS else ""


@transaction.atomic
def learn(account: BusinessAccount, portfolio_id: str) -> bool:
    """Keep the owner of an account; true when it is news. Needs the drain held (see `locks.hold_drain`).

    A first owner moves the account's identities to the portfolio's scope. When an account changes hands nothing moves:
    ids of the old portfolio mean nobody in the new one.
    """
    if not portfolio_id or account.portfolio_id == portfolio_id:
        return False
    before, was_known = account.portfolio_scope, bool(account.portfolio_id)
    account.portfolio_id = portfolio_id
    account.save(update_fields=["portfolio_id"])
    if not was_known:
        for follower in _followers:
            follower(before, account.portfolio_scope)
    return True
