"""Filters of the inbox and the views that members keep of them."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from django.core.exceptions import ValidationError
from django.http import QueryDict
from django.utils.translation import gettext as _

from apps.conversations.models import SavedView, State
from apps.core.ids import as_uuid
from apps.core.text import clean_name
from apps.organizations.models import Membership

MOST = 20


# what stands in the address → the condition on conversations
_FILTERS: dict[str, Callable[[str], dict[str, Any]]] = {
    "tag": lambda value: {"tags": as_uuid(value)} if as_uuid(value) else {},
    "queue": lambda value: {"queue": as_uuid(value)} if as_uuid(value) else {},
    "unread": lambda value: {"unread_count__gt": 0} if value == "1" else {},
    "vip": lambda value: {"contact__is_vip": True} if value == "1" else {},
    "snoozed": lambda value: {"state": State.SNOOZED} if value == "1" else {},
}


def chosen(query: QueryDict) -> dict[str, str]:
    """The filters of an address that mean something."""
    return {name: query.get(name, "") for name, make in _FILTERS.items() if make(query.get(name, ""))}


def conditions(filters: dict[str, str]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in filters.items():
        found |= _FILTERS[name](value)
    return found


def keep(membership: Membership, name: str, query: QueryDict) -> SavedView:
    """Keep the filters of an address under a name; the same name again replaces."""
    cleaned, filters = clean_name(name, 40), chosen(query)
    if not cleaned:
        raise ValidationError(_("Give the view a name."))
    if not filters:
        raise ValidationError(_("Choose at least one filter first."))
    if SavedView.objects.filter(owner=membership).exclude(name=cleaned).count() >= MOST:
        raise ValidationError(_("You have twenty views already. Delete one first."))
    if tab := query.get("tab"):
        filters["tab"] = str(tab)
    kept, _is_new = SavedView.objects.update_or_create(
        owner=membership, name=cleaned, defaults={"query": urlencode(filters)[:400]}
    )
    return kept


def of_member(membership: Membership) -> list[SavedView]:
    return list(SavedView.objects.filter(owner=membership).order_by("name"))
