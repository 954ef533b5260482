"""Few rows by one INSERT, many by COPY: the ORM's rules, every kind of value whole, nothing of another company."""

import uuid

import pytest

from django.db import DataError, IntegrityError, transaction

from apps.contacts.models import Contact, Tag
from apps.core import bulk
from apps.core.bulk import add_rows
from apps.organizations.tenancy import ForeignTenant, tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.vault.models import DataKey

pytestmark = pytest.mark.django_db
HOSTILE = "tab\t, line\n, back\\slash, \\N, quote \" and '; DROP TABLE x; 😀 \u202e"


@pytest.fixture(autouse=True, params=["insert", "copy"])
def way(request, monkeypatch):
    monkeypatch.setattr(bulk, "FEW", 25 if request.param == "insert" else 0)


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


def test_the_check_is_the_managers(company):
    """Without it the same rows would go in: neither way guards anything itself."""
    other = OrganizationFactory()
    with tenant_scope(company):
        add_rows([Tag(id=uuid.uuid4(), organization=other, name="alheia")], using="default")
    with tenant_scope(other):
        assert Tag.objects.count() == 1


def test_a_long_text_is_refused_not_cut(company):
    with tenant_scope(company):
        with pytest.raises(DataError), transaction.atomic():
            Contact.objects.bulk_create([Contact(name="x" * 5_000)])
        assert not Contact.objects.exists()


def test_what_a_rule_refuses_is_left_out_when_asked_for(company):
    rows = [Contact(name="Ana", phone="5511999990003"), Contact(name="Bia", phone="5511999990003")]
    with tenant_scope(company):
        Contact.objects.bulk_create(rows, ignore_conflicts=True)
        assert Contact.objects.get().name == "Ana"


def test_nothing_to_do_asks_nothing(company, django_assert_num_queries):
    with tenant_scope(company), django_assert_num_queries(0):
        assert Contact.objects.bulk_create([]) == []
