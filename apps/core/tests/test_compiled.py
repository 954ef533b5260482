"""A query built once gives for other keys what the ORM gives."""

import uuid

import pytest

from django.db import ProgrammingError, connection

from apps.contacts.models import Contact
from apps.core.compiled import Compiled, CompiledModel
from apps.organizations.models import Membership
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory

pytestmark = pytest.mark.django_db


def names(organization, contact):
    with tenant_scope(organization):
        return Contact.objects.filter(pk=contact).values_list("name", "phone")


def test_each_key_finds_its_own_row_of_its_own_company():
    find = Compiled(2, names)
    for name in ("Ana", "Bia", "Caio"):
        company = OrganizationFactory()
        with tenant_scope(company):
            row = Contact.objects.create(name=name)
        assert find(company.pk, row.pk) == [(name, "")]


def test_another_companys_key_finds_nothing():
    find, company, other = Compiled(2, names), OrganizationFactory(), OrganizationFactory()
    with tenant_scope(other):
        row = Contact.objects.create(name="Eva")
    assert find(company.pk, row.pk) == []
    assert find(other.pk, uuid.uuid4()) == []
    assert find(other.pk, row.pk) == [("Eva", "")]


def members(organization, member):
    with tenant_scope(organization):
        return Membership.objects.select_related("user").select_for_update(of=("self",)).filter(pk=member)


def test_whole_models_come_with_what_is_selected_along(django_assert_num_queries):
    find = CompiledModel(2, members)
    for _ in range(2):
        known = MembershipFactory()
        member = find.get(known.organization_id, known.pk)
        with django_assert_num_queries(0):
            assert (member, member.role, member.user) == (known, known.role, known.user)
        with tenant_scope(known.organization_id):
            member.save()
    with pytest.raises(Membership.DoesNotExist):
        find.get(uuid.uuid4(), known.pk)


def test_it_is_built_once():
    built = []

    def make(organization, contact):
        built.append(contact)
        return names(organization, contact)

    find = Compiled(2, make)
    find(uuid.uuid4(), uuid.uuid4())
    find(uuid.uuid4(), uuid.uuid4())
    assert len(built) == 1


def test_an_error_is_djangos():
    find = Compiled(1, lambda key: Contact.objects.none())
    find.__dict__["_plan"] = ("SELECT nothing_like_this", [])
    with pytest.raises(ProgrammingError):
        find(uuid.uuid4())


def test_postgresql_keeps_one_plan_for_all_keys():
    """And prepares nothing that Django's own cursors ask."""
    find = Compiled(2, names)
    for _ in range(3):
        find(uuid.uuid4(), uuid.uuid4())
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE '%contacts%'"
        )
        assert cursor.fetchall() == [(3, 0)]


def several(organization, contacts, phones):
    with tenant_scope(organization):
        return Contact.objects.filter(pk__in=[contacts], phone__in=[phones]).select_for_update().order_by("name")


def test_a_list_of_keys_or_of_texts_stands_for_one():
    find, company, other = CompiledModel(3, several), OrganizationFactory(), OrganizationFactory()
    rows = []
    for owner in (company, company, company, other):
        with tenant_scope(owner):
            rows.append(Contact.objects.create(name=f"Ana {len(rows)}", phone=f"55119{len(rows):08}"))
    ids, phones = [row.pk for row in rows], [row.phone for row in rows]
    assert find.all(company.pk, ids, phones) == rows[:3]
    assert find.all(company.pk, ids[1:], phones[:2]) == [rows[1]]
    assert find.all(company.pk, [], phones) == find.all(company.pk, ids, []) == []
    assert find.all(other.pk, ids, phones) == [rows[3]]
