"""Templates follow Meta: by asking, and by webhooks; neither undoes what the other knows better."""

from datetime import UTC, datetime, timedelta

import pytest
from asgiref.sync import async_to_sync

from django.db import connection

from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import OrganizationFactory
from apps.whatsapp import template_sync
from apps.whatsapp.errors import GraphError
from apps.whatsapp.models import BusinessAccount, Template
from apps.whatsapp.tests.factories import BusinessAccountFactory, TemplateFactory, body_part
from apps.whatsapp.tests.journal_helpers import handle
from apps.whatsapp.tests.samples import TEMPLATE, WABA, body

pytestmark = pytest.mark.django_db
MOMENT = 1769000000


def told(name="pedido_enviado", **changes):
    return {
        "id": "594425479261596",
        "name": name,
        "language": "pt_BR",
        "status": "APPROVED",
        "category": "UTILITY",
        "parameter_format": "NAMED",
        "components": [body_part("Oi, {{nome}}!", "Ana")],
        "quality_score": {"score": "GREEN"},
        "rejected_reason": "NONE",
    } | changes


@pytest.fixture
def account():
    made = BusinessAccountFactory(waba_id=WABA)
    with tenant_scope(made.organization):
        yield made


@pytest.fixture
def row(account):
    long_ago = now() - timedelta(days=1)
    return TemplateFactory(
        organization=account.organization, account=account, name="pedido_enviado", changed_at=long_ago
    )


def keep(account, *rows, began=None):
    template_sync.keep(account, list(rows), began=began or now())


def hear(row, field, *, at=MOMENT, **value):
    handle(body({**TEMPLATE, **value}, field, time=at))
    row.refresh_from_db()
    return row


def test_what_meta_tells_becomes_rows_and_telling_again_changes_nothing(account):
    keep(account, told(), told("outro", status="REJECTED", rejected_reason="SCAM"))
    first = Template.objects.get(name="pedido_enviado")
    assert (first.status, first.category, first.quality) == ("APPROVED", "UTILITY", "GREEN")
    assert first.named_variables
    assert first.components[0]["text"] == "Oi, {{nome}}!"
    assert Template.objects.get(name="outro").rejected_reason == "SCAM"
    keep(account, told(), told("outro", status="REJECTED", rejected_reason="SCAM"))
    again = Template.objects.get(name="pedido_enviado")
    assert (again.pk, again.changed_at) == (first.pk, first.changed_at)


def test_what_is_gone_at_meta_can_not_be_sent_any_more_and_may_come_back(account, row):
    keep(account)
    row.refresh_from_db()
    assert row.status == Template.Status.DELETED
    assert not Template.objects.sendable().exists()
    keep(account, told(), began=now() + timedelta(seconds=1))
    row.refresh_from_db()
    assert row.status == Template.Status.APPROVED


@pytest.mark.parametrize(
    "odd",
    [
        {"name": None},
        {"name": ""},
        {"language": ["pt"]},
        {"components": "no list"},
        {"components": [{"type": "BODY", "text": "a\x00b"}]},
        {"quality_score": None, "rejected_reason": None, "status": None},
        {"name": "x" * 2000, "category": "C" * 99},
    ],
    ids=["no name", "empty name", "odd language", "odd components", "NUL", "nulls", "too long"],
)
def test_odd_rows_harm_nobody(account, odd):
    keep(account, told() | odd, told("bom"))
    assert Template.objects.filter(name="bom").exists()


def test_a_webhook_during_the_question_wins_over_its_answer(account, row):
    began = now()
    hear(row, "message_template_status_update", event="PAUSED", reason=None)
    keep(account, told(), began=began)
    row.refresh_from_db()
    assert row.status == Template.Status.PAUSED
    keep(account, told(), began=now())
    row.refresh_from_db()
    assert row.status == Template.Status.APPROVED, "negative control: a later question is believed"


def test_status_quality_and_category_follow_at_once(row):
    rejected = hear(row, "message_template_status_update", event="REJECTED", reason="INVALID_FORMAT")
    assert (rejected.status, rejected.rejected_reason) == ("REJECTED", "INVALID_FORMAT")
    approved = hear(row, "message_template_status_update", at=MOMENT + 5, event="APPROVED", reason="NONE")
    assert (approved.status, approved.rejected_reason) == ("APPROVED", "")
    assert hear(row, "message_template_quality_update", new_quality_score="RED").quality == "RED"
    assert hear(row, "template_category_update", new_category="MARKETING").category == "MARKETING"
    assert hear(row, "message_template_status_update", at=MOMENT + 9, event="FLAGGED").status == "APPROVED"


def test_an_event_that_came_late_undoes_nothing(row):
    hear(row, "message_template_status_update", at=MOMENT + 60, event="PAUSED")
    assert hear(row, "message_template_status_update", at=MOMENT, event="APPROVED").status == "PAUSED"
    assert row.told_at == datetime.fromtimestamp(MOMENT + 60, UTC)


@pytest.mark.parametrize(
    ("name", "field"),
    [("desconhecido", "message_template_status_update"), ("pedido_enviado", "message_template_components_update")],
)
def test_a_new_template_or_a_new_text_makes_the_account_due(account, row, name, field):
    BusinessAccount.objects.filter(pk=account.pk).update(templates_due_at=now() + timedelta(hours=1))
    hear(row, field, message_template_name=name, message_template_id=7, event="APPROVED")
    account.refresh_from_db()
    assert account.templates_due_at <= now()


def test_another_companys_template_of_the_same_name_is_left_alone(row):
    other = TemplateFactory(name=row.name)
    hear(row, "message_template_status_update", event="DISABLED")
    with tenant_scope(other.organization):
        other.refresh_from_db()
    assert (row.status, other.status) == ("DISABLED", "APPROVED")


def test_every_account_that_is_due_is_asked_once(account, monkeypatch):
    second = BusinessAccountFactory()
    BusinessAccountFactory(status=BusinessAccount.Status.DISCONNECTED)
    asked = []

    async def answer(graph, waba_id):
        asked.append(waba_id)
        if waba_id == second.waba_id:
            raise GraphError(190, "dead token", ambiguous=False)
        return [told()]

    monkeypatch.setattr(template_sync, "list_templates", answer)
    assert async_to_sync(template_sync.sync_due)() == 1
    assert sorted(asked) == sorted([account.waba_id, second.waba_id])
    assert Template.objects.count() == 1
    account.refresh_from_db()
    assert account.templates_due_at > now() + timedelta(minutes=50)
    assert async_to_sync(template_sync.sync_due)() == 0, "nothing is due any more"


def test_a_token_that_can_not_be_opened_stops_its_own_account_alone(account, monkeypatch):
    broken = BusinessAccountFactory(organization=account.organization, templates_due_at=now() - timedelta(days=1))
    other = BusinessAccountFactory(organization=OrganizationFactory())
    stolen = other.access_token.reveal  # sealed for another company
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE whatsapp_businessaccount SET access_token = "
            "(SELECT access_token FROM whatsapp_businessaccount WHERE id = %s) WHERE id = %s",
            [other.pk, broken.pk],
        )

    async def answer(graph, waba_id):
        return [told()]

    monkeypatch.setattr(template_sync, "list_templates", answer)
    BusinessAccount.objects.filter(pk=account.pk).update(templates_due_at=now())
    assert async_to_sync(template_sync.sync_due)() >= 1
    broken.refresh_from_db()
    assert (broken.status, bool(broken.problem)) == ("attention", True)
    assert broken.templates_due_at > now() + timedelta(minutes=50)
    account.refresh_from_db()
    assert account.status != "attention", "negative control"
    assert stolen(), "it opens where it belongs"
