"""The portfolio of an account becomes known: BSUIDs kept under the account alone are the portfolio's from now on."""

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from apps.contacts.merging import merge
from apps.contacts.models import Contact, ContactIdentity
from apps.core.clock import now

Kind = ContactIdentity.Kind


@transaction.atomic
def rescope(before: str, after: str) -> int:
    """Move the BSUIDs of one scope to another, in the tenant in scope; returns how many moved.

    A BSUID that the portfolio knows already names the same person: their two contacts become one, the older of them.
    """
    moving = ContactIdentity.objects.filter(kind=Kind.BSUID, scope=before)
    for pk in moving.filter(Exists(_twins(after))).order_by("pk").values_list("pk", flat=True):
        _join(ContactIdentity.objects.get(pk=pk), after)
    moved = list(moving.values_list("contact_id", flat=True))
    moving.update(scope=after)
    _one_current(after)
    return len(moved)


def _twins(after: str) -> "QuerySet[ContactIdentity]":
    return ContactIdentity.objects.filter(kind=Kind.BSUID, scope=after, key=OuterRef("key"))


def _join(row: ContactIdentity, after: str) -> None:
    """The twin stays; what either knew of the id's end holds for both."""
    twin = ContactIdentity.objects.get(kind=Kind.BSUID, scope=after, key=row.key)
    if twin.contact_id != row.contact_id:
        older, younger = sorted((twin.contact_id, row.contact_id), key=str)
        merge(keep=Contact.objects.get(pk=older), drop=Contact.objects.get(pk=younger))
    ended = twin.replaced_at or row.replaced_at
    first = min(twin.first_seen_at, row.first_seen_at)
    is_current = twin.is_current and row.is_current
    row.delete()
    ContactIdentity.objects.filter(pk=twin.pk).update(is_current=is_current, replaced_at=ended, first_seen_at=first)


def _one_current(scope: str) -> None:
    """A person has one BSUID in a portfolio: of several that were thought current, the newest is."""
    current = ContactIdentity.objects.filter(kind=Kind.BSUID, scope=scope, is_current=True)
    newer = current.filter(contact=OuterRef("contact"), pk__gt=OuterRef("pk"))
    outdated = current.filter(Exists(newer)).values_list("pk", flat=True)
    ContactIdentity.objects.filter(pk__in=list(outdated)).update(is_current=False, replaced_at=now())
