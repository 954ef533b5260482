"""Two contacts turn out to be one person. Higher apps move what they keep of the second one to the first."""

from collections.abc import Callable

from django.db import transaction

from apps.contacts.models import Contact, ContactIdentity

Mover = Callable[[Contact, Contact], None]
_movers: list[Mover] = []


def register(mover: Mover) -> Mover:
    """`mover(keep, drop)` moves an app's rows of `drop` to `keep`, inside the merge's transaction."""
    _movers.append(mover)
    return mover


@transaction.atomic
def merge(*, keep: Contact, drop: Contact) -> Contact:
    """Move everything of `drop` to `keep`; `drop` stays as an empty row that points to it, for the audit."""
    for mover in _movers:
        mover(keep, drop)
    ContactIdentity.objects.filter(contact=drop).update(contact=keep)
    keep_tags = set(keep.tags.values_list("pk", flat=True))
    for tag in drop.tags.exclude(pk__in=keep_tags):
        tag.contacts.add(keep)
    facts = {name: getattr(drop, name) for name in _FILLED_FROM_SECOND if getattr(drop, name)}
    Contact.objects.filter(pk=drop.pk).update(phone="", merged_into=keep)
    _fill(keep, facts)
    return keep


# What a person refused, or was refused, holds for all of them.
_REFUSALS = ("marketing_stopped_at", "blocked_at")
_FILLED_FROM_SECOND = ("phone", "name", "profile_name", "username", "email", "notes", "country", "is_vip") + _REFUSALS


def _fill(keep: Contact, facts: dict[str, object]) -> None:
    missing = {name: value for name, value in facts.items() if not getattr(keep, name)}
    for name, value in missing.items():
        setattr(keep, name, value)
    if missing:
        Contact.objects.filter(pk=keep.pk).update(**missing)
