"""The back-office: every model has a page, no page has a secret, lists never count, and only its CSP is relaxed."""

import re
from typing import Any

import pytest

from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Permission
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import Picture, User
from apps.ai.tests.factories import SnippetFactory, UsageFactory
from apps.audit.services import record
from apps.chatbots.models import Charge, FlowVersion, HookEvent, HookKey, Session, Step
from apps.chatbots.tests.factories import BotFactory, FlowFactory, FlowTestFactory, TriggerFactory
from apps.contacts.models import Contact, ContactIdentity, Tag
from apps.conversations.models import (
    CannedReply,
    CardFile,
    Conversation,
    Handling,
    Message,
    ParkedStatus,
    SavedView,
    ScheduledMessage,
    Survey,
    SurveyPolicy,
    Unsent,
)
from apps.core.backoffice import BackofficeAdmin
from apps.core.clock import now
from apps.datasources.tests.factories import ConnectionFactory
from apps.media.models import StoredFile
from apps.notifications.models import Notification, Preference
from apps.organizations.models import Membership
from apps.organizations.tenancy import platform_scope, tenant_scope
from apps.organizations.tests.factories import InvitationFactory, MembershipFactory
from apps.routing.models import NumberRoute
from apps.routing.tests.factories import ScenarioFactory, SlaClockFactory, SlaReviewFactory
from apps.teams.models import Agent, Queue, TeamSettings
from apps.teams.tests.factories import (
    BusinessHoursFactory,
    MemberSkillFactory,
    OnlineSpanFactory,
    QueueFactory,
    QueueSkillFactory,
    SkillFactory,
    SlaPolicyFactory,
    SpecialDayFactory,
)
from apps.vault.tests.factories import SecretFactory
from apps.whatsapp.models import AccountEvent, ConnectionAttempt, QuarantinedEntry, TemplateStop, WebhookDelivery
from apps.whatsapp.tests.factories import NumberFactory, TemplateFactory

pytestmark = pytest.mark.django_db
MODELS = [model for model in apps.get_models() if model.__module__.startswith("apps.")]
WORDS_OF_A_CUSTOMER = "meu CPF é 123"


@pytest.fixture(scope="module")
def rows(standing: None) -> dict[str, Any]:
    """One row of everything, so that each change page has something to show."""
    member = MembershipFactory(role="owner")
    organization = member.organization
    Picture.objects.create(user=member.user, image=b"1", mime="image/webp")
    queue, number = QueueFactory(organization=organization), NumberFactory(organization=organization)
    InvitationFactory(organization=organization)
    OnlineSpanFactory(organization=organization, membership=member)
    ScenarioFactory(organization=organization)
    TemplateFactory(organization=organization, account=number.account)
    SecretFactory(organization=organization, value="app-secret", masked="app-secret")
    ConnectionFactory(organization=organization, password="app-secret")
    UsageFactory(organization=organization)
    with tenant_scope(organization):
        NumberRoute.objects.create(number=number, queue=queue)
        contact = Contact.objects.create(name="Mariana")
        ContactIdentity.objects.create(contact=contact, kind="phone", key="5511", value="5511")
        Tag.objects.create(name="VIP")
        StoredFile.objects.create(kind="image", key="secret-key", name="a.png", mime="image/png", size=1, sha256="0")
        about = Conversation.objects.create(contact=contact, number=number)
        Message.objects.create(
            conversation=about, contact=contact, number=number, direction="in", text=WORDS_OF_A_CUSTOMER
        )
        Handling.objects.create(conversation=about, agent=member, started_at=now())
        _desk(about, member)
        ParkedStatus.objects.create(number=number, wamid="wamid.1", status="sent")
        AccountEvent.objects.create(account=number.account, field="account_update", dedupe_key="1", occurred_at=now())
        record("number.connected", actor=member)
        TemplateStop.objects.create(account=number.account, name="oi", language="pt_BR", code=132_000)
        ConnectionAttempt.objects.create(started_by=member, app_secret="app-secret", access_token="app-secret")
        Notification.objects.create(recipient=member, kind="mention", args={"text": WORDS_OF_A_CUSTOMER})
        Preference.objects.create(membership=member, kind="mention", channel="toast")
        SlaClockFactory(organization=member.organization, conversation=about, queue=queue)
        SlaReviewFactory(organization=member.organization, queue=queue)
        _team(member, queue)
        _bot(about)
    body = f'{{"text": "{WORDS_OF_A_CUSTOMER}"}}'.encode()
    delivery = WebhookDelivery.objects.create(sha256=b"1" * 32, body=body, signer="s", correlation_id="c-1")
    QuarantinedEntry.objects.create(delivery=delivery, path="entry[0]", reason="odd")
    return {"number": number, "delivery": delivery, "organization": organization}


def _desk(about: Conversation, member: Membership) -> None:
    SurveyPolicy.objects.create()
    CannedReply.objects.create(shortcut="oi", text=WORDS_OF_A_CUSTOMER)
    SavedView.objects.create(owner=member, name="VIP", query="vip=1")
    Unsent.objects.create(conversation=about, member=member, reply=WORDS_OF_A_CUSTOMER)
    ScheduledMessage.objects.create(conversation=about, author=member, text=WORDS_OF_A_CUSTOMER, due_at=now())
    CardFile.objects.create(message=about.messages.get(), position=0, file=StoredFile.objects.get())
    Survey.objects.create(conversation=about, agent=member, comment=WORDS_OF_A_CUSTOMER)


def _team(member: Membership, queue: Queue) -> None:
    company = {"organization": member.organization}
    skill = SkillFactory(**company)
    MemberSkillFactory(membership=member, skill=skill, **company)
    QueueSkillFactory(queue=queue, skill=skill, **company)
    SpecialDayFactory(**company)
    BusinessHoursFactory(**company)
    SlaPolicyFactory(**company)
    Agent.objects.create(membership=member)
    TeamSettings.objects.create()


def _bot(about: Conversation) -> None:
    company = {"organization": about.organization}
    bot = BotFactory(**company, fallback_text=WORDS_OF_A_CUSTOMER)
    flow = FlowFactory(**company, bot=bot)
    TriggerFactory(**company, flow=flow)
    SnippetFactory(**company)
    FlowTestFactory(**company, flow=flow, expects=[{"what": "says", "text": WORDS_OF_A_CUSTOMER}])
    version = FlowVersion.objects.create(flow=flow, number=1, graph={"text": WORDS_OF_A_CUSTOMER})
    session = Session.objects.create(conversation=about, version=version, state={"text": WORDS_OF_A_CUSTOMER})
    said = {"text": WORDS_OF_A_CUSTOMER}
    Charge.objects.create(session=session, reference="abc", cents=1050)
    HookKey.objects.create(secret="app-secret")
    HookEvent.objects.create(key="id:1", name="cart.left", status=202, answer=said)
    Step.objects.create(session=session, version=version, number=1, node_id="n1", kind="message", heard=said)


def browser_of(name: str, **rights: bool) -> Client:
    user = User.objects.create_user(f"{name}@example.com", "Correct-Horse-7", full_name=name, is_staff=True, **rights)
    if not user.is_superuser:
        user.user_permissions.set(Permission.objects.filter(codename__startswith="view_"))
    browser = Client()
    browser.force_login(user)
    return browser


@pytest.fixture(scope="module")
def reader(standing: None) -> Client:
    """Of staff who may look at everything."""
    return browser_of("reader")


@pytest.fixture(scope="module")
def superuser(standing: None) -> Client:
    return browser_of("superuser", is_superuser=True)


def address(model: Any, page: str, *args: Any) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{page}", args=args)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_every_model_has_a_list_a_search_and_a_page_without_secrets(rows, reader, model):
    for query in ("?q=word", f"?q=%40{rows['organization'].slug}", "?q=01890a5d-ac96-774b-bcce-b302099a8057"):
        assert reader.get(address(model, "changelist") + query).status_code == 200
    with platform_scope(reason="the test opens a row of any tenant"):
        row = model._default_manager.first()
    page = reader.get(address(model, "change", row.pk))
    assert page.status_code == 200
    body = page.content.decode()
    number = rows["number"]
    for secret in (WORDS_OF_A_CUSTOMER, "secret-key", number.account.verify_token, "app-secret", "<sealed>"):
        assert secret not in body


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_lists_cost_the_same_whatever_their_size(rows, superuser, model):
    with CaptureQueriesContext(connection) as queries:
        assert superuser.get(address(model, "changelist")).status_code == 200
    own = [query["sql"] for query in queries if model._meta.db_table in query["sql"] and "COUNT(" in query["sql"]]
    assert own == []
    assert len(queries) <= 6


def test_tenants_rows_are_neither_made_nor_deleted_here(rows, superuser):
    with_rules = [model for model in MODELS if isinstance(admin.site._registry[model], BackofficeAdmin)]
    assert len(with_rules) == len(MODELS) - 1
    for model in with_rules:
        with platform_scope(reason="the test opens a row of any tenant"):
            row = model._default_manager.first()
        assert superuser.get(address(model, "add")).status_code == 403
        assert superuser.post(address(model, "delete", row.pk), {"post": "yes"}).status_code == 403


def test_only_superusers_read_the_body_of_a_delivery(rows, superuser):
    page = address(WebhookDelivery, "change", rows["delivery"].pk)
    assert WORDS_OF_A_CUSTOMER in superuser.get(page).content.decode()


def test_a_search_narrows_to_an_organisation_or_an_id(rows, superuser):
    NumberFactory()
    number = rows["number"]
    for query in (f"%40{number.organization.slug}", str(number.pk), number.phone_number_id):
        found = superuser.get(f"{address(type(number), 'changelist')}?q={query}").context["cl"].result_list
        assert [row.pk for row in found] == [number.pk]


def test_a_number_can_be_changed_by_staff(rows, superuser):
    number = rows["number"]
    page = superuser.get(address(type(number), "change", number.pk))
    data = {key: value or "" for key, value in page.context["adminform"].form.initial.items()}
    data = {key: value for key, value in data.items() if value not in (False,)}
    answer = superuser.post(address(type(number), "change", number.pk), data | {"label": "By staff"})
    assert answer.status_code == 302
    with platform_scope(reason="the test reads a row of any tenant"):
        assert type(number).objects.get(pk=number.pk).label == "By staff"


@pytest.mark.parametrize("who", ["member", "nobody"])
def test_others_do_not_get_in(who):
    browser = Client()
    if who == "member":
        browser.force_login(MembershipFactory(role="owner").user)
    answer = browser.get(address(User, "changelist"))
    assert (answer.status_code, "/backoffice/login/" in answer.url) == (302, True)


def test_staff_add_users_and_change_passwords(superuser):
    data = {"email": "new@example.com", "full_name": "New", "password1": "Correct-Horse-8"}
    data |= {"password2": "Correct-Horse-8", "usable_password": "true"}
    assert superuser.post(address(User, "add"), data).status_code == 302
    made = User.objects.get(email="new@example.com")
    assert made.check_password("Correct-Horse-8")
    assert superuser.get(reverse("admin:auth_user_password_change", args=[made.pk])).status_code == 200


def test_only_the_back_office_relaxes_the_policy_and_never_lets_inline_scripts_in():
    browser = Client()
    relaxed = browser.get("/backoffice/login/")["Content-Security-Policy"]
    strict = browser.get(reverse("accounts:login"))["Content-Security-Policy"]
    assert "unsafe" not in strict
    assert re.search(r"script-src 'self' 'unsafe-eval'(;|$)", relaxed)
    assert re.search(r"style-src 'self' 'unsafe-inline'(;|$)", relaxed)
    same = relaxed.replace(" 'unsafe-eval'", "").replace(" 'unsafe-inline'", "")
    assert sorted(same.split("; ")) == sorted(strict.split("; "))
