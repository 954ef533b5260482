"""An account's portfolio becomes known: its BSUIDs follow, and contacts that turn out to be one person become one."""

from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from django.db import transaction

from apps.contacts.identify import Person, resolve
from apps.contacts.models import Contact, ContactIdentity
from apps.contacts.rescoping import rescope
from apps.conversations.models import Conversation, Message
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.whatsapp import portfolios
from apps.whatsapp.tests.factories import BusinessAccountFactory, NumberFactory

pytestmark = pytest.mark.django_db
BEFORE, AFTER, OTHER = "waba:7001", "5069", "waba:7002"


@pytest.fixture
def house():
    organization = OrganizationFactory()
    with tenant_scope(organization):
        yield organization


def person(scope, bsuid, **more):
    wanted = Person(scope=scope, bsuid=bsuid, **more)
    return resolve([wanted])[wanted]


def identity(key, scope=AFTER):
    return ContactIdentity.objects.get(kind="bsuid", scope=scope, key=key)


def test_ids_move_and_match_under_the_portfolio(house):
    contact, apart = person(BEFORE, "BR.1"), person(OTHER, "BR.9")
    assert rescope(BEFORE, AFTER) == 1
    assert person(AFTER, "BR.1") == contact
    assert identity("BR.9", OTHER).contact == apart
    assert rescope(BEFORE, AFTER) == 0


def test_two_contacts_of_one_person_become_the_older_one_with_all_they_had(house):
    number = NumberFactory(organization=house)
    older, younger = person(BEFORE, "BR.1", profile_name="Ana"), person(AFTER, "BR.1", wa_id="5511988887777")
    Contact.objects.filter(pk=younger.pk).update(marketing_stopped_at=now())
    chat = Conversation.objects.create(contact=younger, number=number)
    Message.objects.create(conversation=chat, contact=younger, number=number, direction="in", text="oi")
    rescope(BEFORE, AFTER)
    older.refresh_from_db()
    younger.refresh_from_db()
    assert (younger.merged_into, older.phone, older.profile_name) == (older, "5511988887777", "Ana")
    assert older.marketing_stopped_at, "who asked for no marketing stays asked"
    assert Message.objects.get().contact == older
    assert Conversation.objects.get().contact == older
    assert identity("BR.1").contact == older


def test_what_either_knew_of_an_ids_end_holds(house):
    person(BEFORE, "BR.1")
    person(AFTER, "BR.1")
    ContactIdentity.objects.filter(scope=BEFORE).update(is_current=False, replaced_at=now())
    rescope(BEFORE, AFTER)
    assert not identity("BR.1").is_current
    assert identity("BR.1").replaced_at


def test_of_two_ids_of_one_person_the_newest_is_current(house):
    contact = person(AFTER, "BR.1", wa_id="5511988887777")
    assert person(BEFORE, "BR.2", wa_id="5511988887777") == contact
    rescope(BEFORE, AFTER)
    assert [identity(key).is_current for key in ("BR.1", "BR.2")] == [False, True]


def test_another_company_with_the_same_ids_is_left_alone(house):
    person(BEFORE, "BR.1")
    foreign = OrganizationFactory()
    with tenant_scope(foreign):
        person(BEFORE, "BR.1")
    rescope(BEFORE, AFTER)
    with tenant_scope(foreign):
        assert identity("BR.1", BEFORE)


def test_learning_the_owner_moves_once_and_a_change_of_hands_moves_nothing(house):
    account = BusinessAccountFactory(organization=house, waba_id="7001")
    contact = person(BEFORE, "BR.1")
    assert portfolios.learn(account, AFTER)
    assert not portfolios.learn(account, AFTER)
    assert not portfolios.learn(account, "")
    assert identity("BR.1").contact == contact
    assert portfolios.learn(account, "6070")
    assert identity("BR.1").scope == AFTER


def test_an_error_on_the_way_leaves_everything_as_it_was(house, monkeypatch):
    account = BusinessAccountFactory(organization=house, waba_id="7001")
    person(BEFORE, "BR.1")
    person(AFTER, "BR.1")

    def stumble(**_):
        raise RuntimeError

    monkeypatch.setattr("apps.contacts.rescoping.merge", stumble)
    with pytest.raises(RuntimeError), transaction.atomic():
        portfolios.learn(account, AFTER)
    account.refresh_from_db()
    assert account.portfolio_id == ""
    assert ContactIdentity.objects.filter(scope=BEFORE).count() == 1


KEYS = st.sampled_from(["BR.1", "BR.2", "BR.3", "BR.4"])
WHO = st.integers(0, 5)
KNOWN = st.dictionaries(st.tuples(st.sampled_from([BEFORE, AFTER, OTHER]), KEYS), st.tuples(WHO, st.booleans()))


def people_of(known):
    """Union-find by hand: contacts that share an id of the portfolio are one person."""
    groups = [{who} for who in range(6)]
    for key in ("BR.1", "BR.2", "BR.3", "BR.4"):
        sharing = {known[scope, key][0] for scope in (BEFORE, AFTER) if (scope, key) in known}
        touched = [group for group in groups if group & sharing]
        groups = [group for group in groups if not group & sharing] + ([set().union(*touched)] if touched else [])
    return groups


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(known=KNOWN)
def test_for_any_ids_people_are_joined_exactly_where_they_share_one_and_nothing_is_lost(known):
    with tenant_scope(OrganizationFactory()):
        contacts = [Contact.objects.create(created_at=now() - timedelta(days=9 - who)) for who in range(6)]
        for (scope, key), (who, is_current) in known.items():
            ContactIdentity.objects.create(
                contact=contacts[who], kind="bsuid", scope=scope, key=key, value=key, is_current=is_current
            )
        rescope(BEFORE, AFTER)
        rows = list(ContactIdentity.objects.all())
        assert {(row.scope, row.key) for row in rows} == {
            (scope if scope == OTHER else AFTER, key) for scope, key in known
        }
        survivors = {contact.pk: contact.merged_into_id for contact in Contact.objects.all()}
        for group in people_of(known):
            alive = [contacts[who].pk for who in group if survivors[contacts[who].pk] is None]
            assert len(alive) == 1
            mine = {contacts[who].pk for who in group}
            assert all(row.contact_id == alive[0] for row in rows if row.contact_id in mine)
        current = [row.contact_id for row in rows if row.scope == AFTER and row.is_current]
        assert len(current) == len(set(current))
        assert rescope(BEFORE, AFTER) == 0
