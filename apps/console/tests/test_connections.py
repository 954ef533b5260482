"""The pages of databases and AI providers, from a new one to its end."""

import sqlite3

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils.translation import override

from apps.ai.models import Provider
from apps.chatbots.tests.factories import FlowFactory
from apps.console.templatetags.connections import money
from apps.datasources.models import Connection
from apps.organizations.tenancy import tenant_scope

pytestmark = pytest.mark.django_db


@pytest.fixture
def upload(tmp_path, settings):
    settings.DATASOURCES_ROOT = str(tmp_path / "kept")
    path = tmp_path / "orders.sqlite"
    with sqlite3.connect(path) as database:
        database.execute("CREATE TABLE orders (phone TEXT, status TEXT)")
        database.executemany("INSERT INTO orders VALUES (?, ?)", [("5511", "paid <b>"), ("5521", "sent")])
    database.close()
    return SimpleUploadedFile("orders.sqlite", path.read_bytes())


def test_a_file_is_connected_tested_asked_and_deleted(company, upload):
    browser = company.client("admin")
    values = {"name": "Orders", "engine": "sqlite", "tls": "verify", "upload": upload}
    assert browser.post(company.url("database_new"), values).status_code == 302
    with tenant_scope(company.organization):
        found = Connection.objects.get()
    page, ids = company.url("database", connection_id=found.pk), {"connection_id": found.pk}
    browser.post(company.url("database_test", **ids))
    assert b"Answers" in browser.get(page).content
    query = {"query": "SELECT status FROM orders WHERE phone = :phone", "params": '{"phone": "5511"}'}
    answer = browser.post(company.url("database_query", **ids), query)
    assert b"paid &lt;b&gt;" in answer.content
    for bad in ({"query": "DELETE FROM orders"}, {"query": "SELECT :x"}, {**query, "params": "[1]"}):
        assert browser.post(company.url("database_query", **ids), bad).status_code == 422
    flow = FlowFactory(organization=company.organization, draft={"nodes": [{"fields": {"connection": str(found.pk)}}]})
    assert flow.name in browser.get(page).content.decode().partition("Where it is used")[2]
    with tenant_scope(company.organization):
        flow.delete()
    assert b"Nothing uses it." in browser.get(page).content
    browser.post(company.url("database_delete", **ids))
    assert b"No database yet" in browser.get(company.url("databases")).content


def test_what_is_missing_or_wrong_is_said_at_its_field(company, settings, tmp_path):
    settings.DATASOURCES_ROOT = str(tmp_path)
    browser = company.client("owner")
    fake = SimpleUploadedFile("a.sqlite", b"not a database at all")
    cases = [
        ({"engine": "postgresql", "name": "A"}, {"host", "database"}),
        ({"engine": "sqlite", "name": "A"}, {"upload"}),
        ({"engine": "sqlite", "name": "A", "upload": fake}, {"upload"}),
        ({"engine": "mysql", "name": "A", "database": "d", "host": "a b?x=1"}, {"host"}),
        ({"engine": "mysql", "name": "", "database": "d", "host": "/tmp/mysql.sock"}, {"name", "host"}),
    ]
    for values, wrong in cases:
        answer = browser.post(company.url("database_new"), {"tls": "verify", **values})
        assert (answer.status_code, wrong <= set(answer.context["form"].errors)) == (422, True)


def test_a_provider_is_kept_with_money_as_micros_and_its_key_out_of_sight(company):
    browser = company.client("admin")
    values = {
        "name": "OpenAI",
        "kind": "openai",
        "api_key": "sk-canary-0f11",
        "model": "gpt-4.1-mini",
        "currency": "USD",
        "price_in": "0.15",
        "price_out": "0.60",
        "monthly_budget": "50",
    }
    assert browser.post(company.url("provider_new"), values).status_code == 302
    with tenant_scope(company.organization):
        found = Provider.objects.get()
        assert (found.price_in, found.price_out, found.monthly_budget) == (150_000, 600_000, 50_000_000)
        assert found.api_key.reveal() == "sk-canary-0f11"
    page = browser.get(company.url("provider", provider_id=found.pk)).content
    assert (b"sk-canary" in page, b'value="50"' in page) == (False, True)
    browser.post(company.url("provider_test", provider_id=found.pk))  # switched off: nothing is asked
    assert b"switched off" in browser.get(company.url("provider", provider_id=found.pk)).content
    browser.post(company.url("provider", provider_id=found.pk), {**values, "api_key": ""})
    with tenant_scope(company.organization):
        assert Provider.objects.get().api_key.reveal() == "sk-canary-0f11"
    assert b"US$ 50.00" in browser.get(company.url("providers")).content
    flow = FlowFactory(organization=company.organization, draft={"nodes": [{"fields": {"provider": str(found.pk)}}]})
    page = browser.get(company.url("provider", provider_id=found.pk)).content.decode()
    assert flow.name in page.partition("Where it is used")[2]
    browser.post(company.url("provider_delete", provider_id=found.pk))
    with tenant_scope(company.organization):
        assert Provider.objects.exists(), "it went away from under a flow"
        flow.delete()
    browser.post(company.url("provider_delete", provider_id=found.pk))
    assert b"No provider yet" in browser.get(company.url("providers")).content


def test_small_sums_keep_their_digits():
    with override("en"):
        assert [money(micros, "USD") for micros in (1_500_000, 1_200)] == ["US$ 1.50", "US$ 0.0012"]
