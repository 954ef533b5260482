"""Who wrote? Set-based matching of what WhatsApp says of people to contacts (Meta's guide to business-scoped user ids).

Match order: BSUID (current or previous), then the phone in either Brazilian spelling, then a new contact. A payload
that links a phone-only and a BSUID-only contact merges them.
"""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Q, QuerySet

from apps.contacts.merging import merge
from apps.contacts.models import Contact, ContactIdentity
from apps.contacts.phones import country_of, digits_of, phone_key
from apps.core.clock import now
from apps.core.compiled import CompiledModel
from apps.organizations.tenancy import current_organization_id, tenant_scope

Kind = ContactIdentity.Kind
_Key = tuple[str, str, str]


@dataclass(frozen=True, slots=True)
class Person:
    """What a payload says of one person. `scope` names the portfolio in which a BSUID is unique."""

    scope: str
    wa_id: str = ""
    bsuid: str = ""
    parent_bsuid: str = ""
    username: str = ""
    profile_name: str = ""

    def deciding(self) -> list[_Key]:
        """Identities that decide a match, the strongest first."""
        found: list[_Key] = []
        if self.bsuid:
            found.append((Kind.BSUID, self.scope, self.bsuid))
        if self.wa_id:
            found.append((Kind.PHONE, "", phone_key(self.wa_id)))
        if self.parent_bsuid and not found:
            found.append((Kind.PARENT_BSUID, "", self.parent_bsuid))
        return found

    def facts(self) -> list[tuple[_Key, str]]:
        """Every identity to keep, with its value as WhatsApp wrote it."""
        facts: list[tuple[_Key, str]] = []
        if self.bsuid:
            facts.append(((Kind.BSUID, self.scope, self.bsuid), self.bsuid))
        if self.wa_id:
            facts.append(((Kind.PHONE, "", phone_key(self.wa_id)), digits_of(self.wa_id)))
        if self.parent_bsuid:
            facts.append(((Kind.PARENT_BSUID, "", self.parent_bsuid), self.parent_bsuid))
        return facts


def _keyed(organization: UUID, key: UUID) -> "QuerySet[ContactIdentity]":
    current_or_kept = Q(is_current=True) | Q(kind__in=[Kind.BSUID, Kind.PARENT_BSUID])
    with tenant_scope(organization):
        return ContactIdentity.objects.filter(current_or_kept, key__in=[key]).select_related("contact")


def _phoned(organization: UUID, phone: UUID) -> "QuerySet[Contact]":
    with tenant_scope(organization):
        return Contact.objects.filter(phone__in=[phone])


_identities, _typed = CompiledModel(2, _keyed), CompiledModel(2, _phoned)


class _Known:
    """Identities of the tenant in scope that could match, loaded once for a batch."""

    def __init__(self, people: Iterable[Person]) -> None:
        keys = {key for person in people for (_kind, _scope, key), _value in person.facts()}
        rows = _identities.all(current_organization_id(), list(keys))
        self.by_key: dict[_Key, ContactIdentity] = {(row.kind, row.scope, row.key): row for row in rows}

    def contacts_of(self, person: Person) -> list[Contact]:
        """Distinct contacts that the person's identities point to, the strongest first."""
        found: dict[object, Contact] = {}
        for key in person.deciding():
            if row := self.by_key.get(key):
                found.setdefault(row.contact_id, row.contact)
        return list(found.values())

    def repoint(self, dropped: Contact, kept: Contact) -> None:
        for row in self.by_key.values():
            if row.contact_id == dropped.pk:
                row.contact = kept


def resolve(people: Iterable[Person]) -> dict[Person, Contact]:
    """The contact of each person, in the tenant in scope; creates, merges and refreshes as needed."""
    distinct = list(dict.fromkeys(person for person in people if person.deciding()))
    known = _Known(distinct)
    tangled = _tangled(distinct, known)
    if not tangled:
        return _resolve(distinct, known)
    found: dict[Person, Contact] = {}
    for person in tangled:
        found |= _resolve([person], _Known([person]))
    plain = [person for person in distinct if person not in found]
    return _as_stored(found | _resolve(plain, _Known(plain)))


def _tangled(people: list[Person], known: _Known) -> list[Person]:
    """Those who link contacts, or who share a part of their identities with others of the batch: one after another."""
    identities = {person: frozenset(key for key, _value in person.facts()) for person in people}
    groups = set(identities.values())
    shared = Counter(key for keys in groups for key in keys)
    return [
        person
        for person, keys in identities.items()
        if len(known.contacts_of(person)) > 1 or any(shared[key] > 1 for key in keys)
    ]


def _resolve(people: list[Person], known: _Known) -> dict[Person, Contact]:
    found = {person: _match_or_new(person, known) for person in people}
    _create(found)
    _remember(found, known)
    for person, contact in found.items():
        _refresh(contact, person)
    return found


def _as_stored(found: dict[Person, Contact]) -> dict[Person, Contact]:
    """Read again: a later one of the batch may have changed an earlier one's contact, or merged it away."""
    keys = {person: contact.pk for person, contact in found.items()}
    while True:
        rows = Contact.objects.in_bulk(list(set(keys.values())))
        merged = {pk: row.merged_into_id for pk, row in rows.items() if row.merged_into_id}
        if not merged:
            return {person: rows[pk] for person, pk in keys.items()}
        keys = {person: merged.get(pk, pk) for person, pk in keys.items()}


def _match_or_new(person: Person, known: _Known) -> Contact:
    candidates = known.contacts_of(person)
    if not candidates:
        return _new(person, known)
    kept, *others = candidates
    for other in others:
        merge(keep=kept, drop=other)
        known.repoint(other, kept)
    return kept


def _new(person: Person, known: _Known) -> Contact:
    phone = digits_of(person.wa_id)
    country = person.bsuid[:2] if person.bsuid else country_of(phone)
    contact = Contact(
        organization_id=current_organization_id(),
        phone=phone,
        profile_name=person.profile_name,
        username=person.username,
        country=country,
    )
    for key, value in person.facts():
        known.by_key.setdefault(key, _identity(contact, key, value))
    return contact


def _identity(contact: Contact, key: _Key, value: str) -> ContactIdentity:
    kind, scope, text = key
    return ContactIdentity(
        organization_id=contact.organization_id, contact=contact, kind=kind, scope=scope, key=text, value=value
    )


def _create(found: dict[Person, Contact]) -> None:
    """A typed-in contact may own the phone without an identity yet: adopt it instead of failing."""
    fresh = {id(contact): contact for contact in found.values() if contact._state.adding}
    phones = [contact.phone for contact in fresh.values() if contact.phone]
    typed = {contact.phone: contact for contact in _typed.all(current_organization_id(), phones)} if phones else {}
    for person, contact in found.items():
        if contact._state.adding and contact.phone in typed:
            found[person] = typed[contact.phone]
    Contact.objects.bulk_create([contact for contact in fresh.values() if contact.phone not in typed])


def _remember(found: dict[Person, Contact], known: _Known) -> None:
    """Store identities that are new, and follow those whose spelling changed."""
    fresh: list[ContactIdentity] = []
    for person, contact in found.items():
        for key, value in person.facts():
            row = known.by_key.get(key)
            if row is None:
                row = known.by_key[key] = _identity(contact, key, value)
            if row._state.adding:
                row.contact = contact
                fresh.append(row)
            elif row.value != value:
                ContactIdentity.objects.filter(pk=row.pk).update(value=value)
    unique = list({id(row): row for row in fresh}.values())
    ContactIdentity.objects.bulk_create(unique, ignore_conflicts=True)


def _refresh(contact: Contact, person: Person) -> None:
    """Names change freely on WhatsApp; what an agent typed (`name`) is never touched."""
    changed = {
        name: value
        for name, value in (("profile_name", person.profile_name), ("username", person.username))
        if value and getattr(contact, name) != value
    }
    if not contact.phone and person.wa_id:
        changed["phone"] = digits_of(person.wa_id)
    if not changed:
        return
    for name, value in changed.items():
        setattr(contact, name, value)
    Contact.objects.filter(pk=contact.pk).update(**changed)
    if "username" in changed:
        _keep_username(contact, person.username)


def _keep_username(contact: Contact, username: str) -> None:
    names = ContactIdentity.objects.filter(contact=contact, kind=Kind.USERNAME)
    names.filter(is_current=True).update(is_current=False, replaced_at=now())
    ContactIdentity.objects.create(contact=contact, kind=Kind.USERNAME, key=username.lower(), value=username)


def change_identity(before: Person, after: Person) -> Contact:
    """Follow a number or BSUID change: the old phone stays as history and no longer matches; old BSUIDs still do."""
    contact = resolve([before])[before]
    taken = _Known([after]).contacts_of(after)
    for other in taken:
        if other.pk != contact.pk:
            merge(keep=contact, drop=other)
    _retire(contact, before, after)
    ContactIdentity.objects.bulk_create(
        [_identity(contact, key, value) for key, value in after.facts()], ignore_conflicts=True
    )
    if after.wa_id:
        contact.phone = digits_of(after.wa_id)
        Contact.objects.filter(pk=contact.pk).update(phone=contact.phone)
    return contact


def _retire(contact: Contact, before: Person, after: Person) -> None:
    old = Q(pk__in=[])
    if before.wa_id and after.wa_id:
        old |= Q(kind=Kind.PHONE, key=phone_key(before.wa_id)) & ~Q(key=phone_key(after.wa_id))
    if before.bsuid and after.bsuid:
        old |= Q(kind=Kind.BSUID, scope=before.scope, key=before.bsuid) & ~Q(key=after.bsuid)
    ContactIdentity.objects.filter(old, contact=contact).update(is_current=False, replaced_at=now())
