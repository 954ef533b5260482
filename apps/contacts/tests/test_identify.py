"""Who wrote: one person stays one contact through every identity that WhatsApp may give or change."""

import pytest

from apps.contacts import identify
from apps.contacts.identify import Person, change_identity, resolve
from apps.contacts.models import Contact, ContactIdentity
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
SCOPE, LONG, SHORT, BSUID = "portfolio", "5511988887777", "551188887777", "BR.111"


@pytest.fixture(autouse=True)
def company(db):
    organization = OrganizationFactory()
    with tenant_scope(organization):
        yield organization


def person(wa_id="", bsuid="", **rest):
    return Person(rest.pop("scope", SCOPE), wa_id=wa_id, bsuid=bsuid, **rest)


def contact_of(*args, **rest):
    one = person(*args, **rest)
    return resolve([one])[one]


def test_a_new_person_becomes_a_contact_with_all_its_identities():
    contact = contact_of(LONG, BSUID, username="maria", profile_name="Maria", parent_bsuid="P.1")
    assert (contact.phone, contact.profile_name, contact.username, contact.country) == (LONG, "Maria", "maria", "BR")
    kinds = set(ContactIdentity.objects.filter(contact=contact).values_list("kind", flat=True))
    assert {"phone", "bsuid", "parent_bsuid"} <= kinds


def test_the_same_person_again_changes_nothing():
    first, again = contact_of(LONG, BSUID), contact_of(LONG, BSUID)
    assert first == again
    assert (Contact.objects.count(), ContactIdentity.objects.count()) == (1, 2)


@pytest.mark.parametrize(("first", "second"), [(LONG, SHORT), (SHORT, LONG)], ids=["dropped", "added"])
def test_the_ninth_digit_may_come_and_go(first, second):
    contact = contact_of(first)
    assert contact_of(second) == contact
    assert ContactIdentity.objects.get(kind="phone").value == second, "the spelling to write to is the last one seen"


@pytest.mark.parametrize(("one", "other"), [("5511288887777", "55112888877779"), ("351912345678", "35112345678")])
def test_other_numbers_are_never_taken_for_each_other(one, other):
    assert contact_of(one) != contact_of(other)


def test_the_bsuid_decides_before_the_phone():
    by_bsuid, by_phone = contact_of("", BSUID), contact_of(LONG)
    assert by_bsuid != by_phone
    assert contact_of("5511900001111", BSUID) == by_bsuid


def test_a_person_known_by_bsuid_only_is_a_whole_contact():
    contact = contact_of("", BSUID, username="maria")
    assert (contact.phone, contact.display_name) == ("", "@maria")
    assert contact_of("", BSUID) == contact


def test_a_bsuid_is_unique_in_its_portfolio_only():
    assert contact_of("", BSUID, scope="one") != contact_of("", BSUID, scope="another")


def test_a_payload_that_links_two_contacts_merges_them():
    by_phone, by_bsuid = contact_of(LONG, profile_name="Maria"), contact_of("", BSUID)
    kept = contact_of(LONG, BSUID)
    assert kept == by_bsuid
    by_phone.refresh_from_db()
    assert (by_phone.merged_into, by_phone.phone) == (kept, "")
    kept.refresh_from_db()
    assert kept.phone == LONG
    assert set(ContactIdentity.objects.values_list("contact", flat=True)) == {kept.pk}


def test_two_people_of_one_batch_who_are_one():
    one, two = person(LONG, BSUID), person(SHORT)
    found = resolve([one, two])
    assert found[one] == found[two]
    assert Contact.objects.count() == 1


def test_a_number_change_keeps_the_contact_and_lets_the_old_number_go():
    contact = contact_of(LONG)
    assert change_identity(person(LONG), person("5511977776666")) == contact
    contact.refresh_from_db()
    assert contact.phone == "5511977776666"
    assert contact_of("5511977776666") == contact
    history = ContactIdentity.objects.get(kind="phone", value=LONG)
    assert (history.is_current, history.replaced_at is not None) == (False, True)


def test_a_recycled_phone_is_a_new_person():
    old = contact_of(LONG)
    change_identity(person(LONG), person("5511977776666"))
    assert contact_of(LONG) != old


def test_a_bsuid_change_keeps_the_contact_and_the_old_one_still_matches():
    contact = contact_of("", BSUID)
    assert change_identity(person("", BSUID), person("", "BR.222")) == contact
    assert contact_of("", "BR.222") == contact
    assert contact_of("", BSUID) == contact
    assert list(ContactIdentity.objects.filter(is_current=True).values_list("key", flat=True)) == ["BR.222"]


def test_a_change_towards_somebody_known_merges_both():
    old, new = contact_of(LONG), contact_of("5511977776666")
    assert change_identity(person(LONG), person("5511977776666")) == old
    new.refresh_from_db()
    assert new.merged_into == old


def test_names_follow_whatsapp_but_never_what_an_agent_typed():
    contact = contact_of(LONG, profile_name="Maria", username="maria")
    Contact.objects.filter(pk=contact.pk).update(name="Cliente da Ana")
    contact_of(LONG, profile_name="Maria S.", username="maria.s")
    contact.refresh_from_db()
    assert (contact.name, contact.profile_name, contact.username) == ("Cliente da Ana", "Maria S.", "maria.s")
    names = ContactIdentity.objects.filter(kind="username")
    assert names.filter(is_current=True).get().value == "maria.s"


def test_a_username_never_decides():
    assert contact_of(LONG, username="maria") != contact_of("5511900002222", username="maria")


def test_a_typed_in_contact_is_adopted():
    typed = Contact.objects.create(phone=LONG, name="Digitado")
    assert contact_of(LONG).pk == typed.pk
    assert Contact.objects.count() == 1


def test_another_companys_customer_stays_theirs(company):
    mine = contact_of(LONG, BSUID)
    with tenant_scope(OrganizationFactory()):
        theirs = contact_of(LONG, BSUID)
        assert theirs.pk != mine.pk
        assert Contact.objects.count() == 1


def test_somebody_without_any_identity_is_nobody():
    assert resolve([person()]) == {}
    assert identify.resolve([]) == {}


def test_the_number_of_queries_does_not_grow_with_the_people(django_assert_max_num_queries):
    people = [person(f"55119000{n:05d}", f"BR.{n}", profile_name=f"{n}") for n in range(50)]
    with django_assert_max_num_queries(6):
        assert len(resolve(people)) == 50


def test_an_adopted_contact_learns_what_whatsapp_says_of_it():
    typed = Contact.objects.create(phone=LONG, name="Digitado")
    assert contact_of(LONG, username="maria", profile_name="Maria").name == "Digitado"
    typed.refresh_from_db()
    assert (typed.name, typed.profile_name, typed.username) == ("Digitado", "Maria", "maria")
