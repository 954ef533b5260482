"""Every table belongs to a company, and the database itself insists on it; exceptions are few and say why."""

import pytest

from django.apps import apps
from django.db import connection, models

from apps.organizations.tenancy import NoTenantScope, TenantModel, is_tenant_model

# Tables that belong to no company, each with its reason.
PLATFORM = {
    "accounts.User": "a person, who may work for several companies",
    "accounts.Picture": "a person's own picture",
    "organizations.Organization": "the company itself",
    "whatsapp.WebhookDelivery": "a raw body as Meta sent it: one may speak of several companies",
    "whatsapp.QuarantinedEntry": "a part of such a body that nobody understood",
}


def own_models() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if model.__module__.startswith("apps.")]


def unowned(found: list[type[models.Model]]) -> set[str]:
    return {model._meta.label for model in found if not is_tenant_model(model)}


def test_every_model_is_a_companys_or_listed_with_a_reason():
    assert unowned(own_models()) - set(PLATFORM) == set()


def test_no_stale_exceptions():
    assert set(PLATFORM) - unowned(own_models()) == set()
    assert all(PLATFORM.values())


def nullable_owners(tables: set[str]) -> set[str]:
    """Tables whose organization_id is missing or may be NULL, as PostgreSQL tells it."""
    query = (
        "SELECT table_name FROM information_schema.columns "
        "WHERE table_schema = 'public' AND column_name = 'organization_id' AND is_nullable = 'NO'"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        return tables - {name for (name,) in cursor.fetchall()}


def tenant_tables() -> set[str]:
    return {model._meta.db_table for model in own_models() if is_tenant_model(model)}


@pytest.mark.django_db
def test_the_schema_demands_an_owner_in_every_tenant_table():
    assert len(tenant_tables()) > 10
    assert nullable_owners(tenant_tables()) == set()


@pytest.mark.django_db
def test_the_schema_guard_sees_a_nullable_and_a_missing_owner():
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE teams_queue ALTER COLUMN organization_id DROP NOT NULL")
    assert nullable_owners(tenant_tables()) == {"teams_queue"}
    assert nullable_owners({"accounts_user"}) == {"accounts_user"}


@pytest.mark.django_db
def test_owners_are_real_foreign_keys():
    query = (
        "SELECT conrelid::regclass::text FROM pg_constraint "
        "WHERE contype = 'f' AND confrelid = 'organizations_organization'::regclass"
    )
    with connection.cursor() as cursor:
        cursor.execute(query)
        assert tenant_tables() - {name for (name,) in cursor.fetchall()} == set()


TENANT_MODELS = [model for model in own_models() if is_tenant_model(model)]


@pytest.mark.parametrize("model", TENANT_MODELS, ids=lambda model: model._meta.label)
def test_no_tenant_model_can_be_read_outside_a_scope(model):
    for manager in (model._default_manager, model._base_manager):
        with pytest.raises(NoTenantScope):
            manager.all()


def test_an_unowned_model_is_seen():
    assert unowned([apps.get_model("auth.Group"), TENANT_MODELS[0]]) == {"auth.Group"}
    assert issubclass(TENANT_MODELS[0], TenantModel)
