"""Rows by COPY: the same rules as an INSERT, every kind of value whole, and nothing of another company."""

import uuid

import pytest

from django.db import IntegrityError, transaction

from apps.contacts.models import Contact, Tag
from apps.core.bulk import copy_rows
from apps.organizations.tenancy import ForeignTenant, tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.vault.models import DataKey

pytestmark = pytest.mark.django_db
HOSTILE = "tab\t, line\n, back\\slash, \\N, quote \" and '; DROP TABLE x; 😀 \u202e"


@pytest.fixture
def company():
    return OrganizationFactory()


def test_texts_come_back_as_they_were_given(company):
    with tenant_scope(company):
        Contact.objects.bulk_create([Contact(name=HOSTILE, phone="5511999990001"), Contact(name="", phone="")])
        assert set(Contact.objects.values_list("name", flat=True)) == {HOSTILE, ""}


def test_rows_know_that_they_are_stored(company):
    with tenant_scope(company):
        (row,) = Contact.objects.bulk_create([Contact(name="Ana")])
        assert not row._state.adding
        row.name = "Bia"
        row.save()
        assert Contact.objects.get().name == "Bia"


def test_a_broken_rule_is_an_integrity_error_and_nothing_stays(company):
    with tenant_scope(company):
        with pytest.raises(IntegrityError), transaction.atomic():
            Contact.objects.bulk_create([Contact(phone="5511999990002"), Contact(phone="5511999990002")])
        assert not Contact.objects.exists()


def test_another_companys_row_is_refused(company):
    other = OrganizationFactory()
    with tenant_scope(company), pytest.raises(ForeignTenant):
        Contact.objects.bulk_create([Contact(organization=other, name="Eva")])


def test_bytes_and_defaults_survive(company):
    with tenant_scope(company):
        DataKey.objects.bulk_create([DataKey(wrapped=b"\x00\\\xff\n")])
        assert bytes(DataKey.objects.get().wrapped) == b"\x00\\\xff\n"


def test_the_check_is_the_managers_not_copys(company):
    """Without the manager's check the same rows would go in: COPY itself guards nothing."""
    other = OrganizationFactory()
    with tenant_scope(company):
        copy_rows([Tag(id=uuid.uuid4(), organization=other, name="alheia")], using="default")
    with tenant_scope(other):
        assert Tag.objects.count() == 1


def test_nothing_to_do_asks_nothing(company, django_assert_num_queries):
    with tenant_scope(company), django_assert_num_queries(0):
        assert Contact.objects.bulk_create([]) == []
