"""The pages of the vault, and a canary that must appear nowhere."""

import logging

import pytest

from apps.console.tests.conftest import Company
from apps.organizations.tenancy import tenant_scope
from apps.vault.models import Secret

pytestmark = pytest.mark.django_db
CANARY = "canary-erp-5d0c-77aa-the-whole-value"


@pytest.fixture
def browser(company: Company):
    user = company.members["owner"].user
    user.set_password("Correct-Horse-7")
    user.save()
    return company.client("owner")


def add(browser, company, **values):
    return browser.post(company.url("secret_new"), {"name": "erp", "value": CANARY, "scope": "any", **values})


def one(company):
    with tenant_scope(company.organization):
        return Secret.objects.get()


def test_a_secret_is_made_found_replaced_and_deleted(company, browser):
    assert add(browser, company).status_code == 302
    found = one(company)
    for query, there in (("", True), ("?q=ER", True), ("?q=crm", False), ("?scope=any", True), ("?scope=ai", False)):
        assert (
            b"connections/secrets/" + str(found.pk).encode() in browser.get(company.url("secrets") + query).content
        ) is there
    browser.post(company.url("secret_replace", secret_id=found.pk), {"value": "another value of some length"})
    assert one(company).value.reveal() == "another value of some length"
    browser.post(company.url("secret", secret_id=found.pk), {"scope": "ai", "description": "ERP"})
    assert (one(company).scope, one(company).description) == ("ai", "ERP")
    browser.post(company.url("secret_delete", secret_id=found.pk))
    assert b"No secret yet" in browser.get(company.url("secrets")).content


def test_a_refused_form_does_not_give_the_value_back(company, browser):
    answer = add(browser, company, name="not a name")
    assert answer.status_code == 422
    assert CANARY.encode() not in answer.content


def test_the_value_is_shown_once_for_a_password(company, browser):
    add(browser, company)
    page = company.url("secret_reveal", secret_id=one(company).pk)
    refused = browser.post(page, {"password": "wrong"})
    assert (refused.status_code, CANARY.encode() in refused.content) == (422, False)
    shown = browser.post(page, {"password": "Correct-Horse-7"})
    assert CANARY.encode() in shown.content
    assert "no-store" in shown.headers["Cache-Control"]
    trail = browser.get(company.url("secret", secret_id=one(company).pk)).content
    assert b"looked at the value" in trail
    assert b"typed a wrong password" in trail
    assert CANARY.encode() not in trail


def test_the_canary_is_in_no_log_page_error_or_row(company, browser, caplog):
    caplog.set_level(logging.DEBUG)
    add(browser, company)
    secret = one(company)
    add(browser, company, name="erp")  # refused: the name is taken
    browser.post(company.url("secret_replace", secret_id=secret.pk), {"value": CANARY * 300})
    pages = [company.url("secrets"), company.url("secret", secret_id=secret.pk), company.url("dashboard")]
    bodies = b"".join(browser.get(page).content for page in pages)
    with tenant_scope(company.organization):
        secret.value.sealed = secret.value.sealed[:-1] + b"\0"
    told = caplog.text + bodies.decode() + repr(vars(secret)) + _every_row(company)
    assert CANARY not in told
    browser.post(company.url("secret", secret_id=secret.pk), {"scope": "any", "description": CANARY})
    assert CANARY in browser.get(pages[0]).content.decode()  # negative control: written elsewhere it would be found
    assert CANARY in _every_row(company)


def _every_row(company: Company) -> str:
    from django.apps import apps
    from django.core import serializers

    with tenant_scope(company.organization):
        models = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
        return "".join(serializers.serialize("json", model._base_manager.all()) for model in models)
