"""A batch of people is resolved as if each had come alone: the same contacts, and nobody is left with a dropped one."""

from itertools import permutations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django.db import transaction

from apps.contacts.identify import Person, resolve
from apps.contacts.models import Contact, ContactIdentity
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
PHONES, BSUIDS = ["5511988887777", "551188887777", "5511977776666"], ["BR.1", "BR.2"]
BY_PHONE, BY_BSUID, BOTH = Person("p", PHONES[0]), Person("p", bsuid="BR.1"), Person("p", PHONES[0], "BR.1")


@pytest.fixture(autouse=True)
def company(db):
    with tenant_scope(OrganizationFactory()) as scope:
        yield scope


class Undo(Exception):
    """Takes back what a try stored, and carries what it came to."""


def outcome(batches):
    """What is known after the batches: contacts as sets of identities, with their phone."""
    try:
        with transaction.atomic():
            for batch in batches:
                found = resolve(batch)
                assert set(found) == set(batch)
                for contact in found.values():
                    stored = Contact.objects.get(pk=contact.pk)
                    assert stored.merged_into_id is None, "nobody may write to a contact that was merged away"
                    assert stored.phone == contact.phone
            raise Undo(known())
    except Undo as done:
        return done.args[0]


def known():
    groups = {}
    for row in ContactIdentity.objects.select_related("contact"):
        groups.setdefault(row.contact, set()).add((row.kind, row.key))
    left = Contact.objects.filter(merged_into=None).exclude(pk__in=[contact.pk for contact in groups])
    assert not left.exists(), "a contact without any identity was left behind"
    return {frozenset(keys) for keys in groups.values()}


@pytest.mark.parametrize("batch", list(permutations([BY_PHONE, BY_BSUID, BOTH])))
def test_somebody_who_links_two_people_of_the_same_batch(batch):
    assert outcome([batch]) == {frozenset({("phone", "551188887777"), ("bsuid", "BR.1")})}


@pytest.mark.parametrize("batch", list(permutations([BY_BSUID, BOTH])))
def test_somebody_who_links_a_newcomer_with_a_known_contact(batch):
    known_one = resolve([BY_PHONE])[BY_PHONE]
    found = resolve(batch)
    assert {contact.pk for contact in found.values()} == {found[BOTH].pk}
    assert Contact.objects.filter(merged_into=None).count() == 1
    known_one.refresh_from_db()
    assert known_one.merged_into_id in (None, found[BOTH].pk)


@pytest.mark.parametrize("batch", list(permutations([BY_PHONE, BOTH])))
def test_a_message_beside_the_one_that_merges_goes_to_the_contact_that_stays(batch):
    resolve([BY_PHONE])
    resolve([BY_BSUID])
    found = resolve(batch)
    assert {contact.pk for contact in found.values()} == {found[BOTH].pk}
    assert found[BOTH].merged_into_id is None


people = st.builds(
    Person,
    st.just("p"),
    st.sampled_from(["", *PHONES]),
    st.sampled_from(["", *BSUIDS]),
    st.sampled_from(["", "P.ENT.1"]),
).filter(Person.deciding)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(people, min_size=1, max_size=5, unique=True))
def test_together_is_as_one_by_one(batch):
    assert outcome([batch]) == outcome([[person] for person in batch])
