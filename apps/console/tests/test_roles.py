"""Who may open what: one table for every view of the console, and foreign ids that do not exist."""

import uuid

import pytest

from django.db import transaction

from apps.ai.tests.factories import ProviderFactory, SnippetFactory
from apps.console import urls
from apps.console.tests.conftest import make_company
from apps.contacts.models import Tag
from apps.conversations.models import CannedReply
from apps.datasources.tests.factories import ConnectionFactory
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import InvitationFactory
from apps.routing.tests.factories import ScenarioFactory
from apps.teams.tests.factories import BusinessHoursFactory, SkillFactory, SlaPolicyFactory, SpecialDayFactory
from apps.vault.tests.factories import SecretFactory
from apps.whatsapp.connect.report import Check, Verdict
from apps.whatsapp.tests.factories import ConnectionAttemptFactory, TemplateStopFactory

pytestmark = pytest.mark.django_db
ROLES = ["owner", "admin", "supervisor", "agent", "viewer", "outsider", "anonymous"]
CONSOLE = {"owner", "admin", "supervisor", "viewer"}
TEAMS = {"owner", "admin", "supervisor"}
MANAGERS = {"owner", "admin"}
OWNER = {"owner"}

# name: (roles allowed, methods)
VIEWS = {
    "dashboard": (CONSOLE, "GET"),
    "dashboard_today": (CONSOLE, "GET"),
    "conversations": (CONSOLE, "GET"),
    "conversation": (CONSOLE, "GET"),
    "sla_alerts": (TEAMS, "GET"),
    "numbers": (MANAGERS, "GET"),
    "number_connect": (MANAGERS, "GET"),
    "number_checks": (MANAGERS, "GET"),
    "number_check": (MANAGERS, "POST"),
    "number": (MANAGERS, "GET"),
    "number_webhook": (MANAGERS, "GET"),
    "number_queue": (MANAGERS, "GET"),
    "number_token": (MANAGERS, "GET"),
    "number_route": (MANAGERS, "POST"),
    "number_refresh": (MANAGERS, "POST"),
    "number_try": (MANAGERS, "POST"),
    "number_tried": (MANAGERS, "GET"),
    "number_pause": (MANAGERS, "POST"),
    "number_resume": (MANAGERS, "POST"),
    "number_disconnect": (MANAGERS, "POST"),
    "number_qr": (MANAGERS, "GET"),
    "number_profile": (MANAGERS, "GET"),
    "number_allow_paid": (MANAGERS, "POST"),
    "template_allow": (MANAGERS, "POST"),
    "people": (MANAGERS, "GET"),
    "invite": (MANAGERS, "POST"),
    "invitation_resend": (MANAGERS, "POST"),
    "invitation_revoke": (MANAGERS, "POST"),
    "change_role": (MANAGERS, "POST"),
    "deactivate": (MANAGERS, "POST"),
    "reactivate": (MANAGERS, "POST"),
    "teams": (TEAMS, "GET"),
    "department_new": (TEAMS, "GET"),
    "department": (TEAMS, "GET"),
    "department_switch": (TEAMS, "POST"),
    "queue_new": (TEAMS, "GET"),
    "queue": (TEAMS, "GET"),
    "queue_switch": (TEAMS, "POST"),
    "notifications": (CONSOLE, "GET"),
    "canned": (TEAMS, "GET"),
    "canned_edit": (TEAMS, "GET"),
    "canned_delete": (TEAMS, "POST"),
    "tags": (TEAMS, "GET"),
    "tag_delete": (TEAMS, "POST"),
    "survey": (TEAMS, "GET"),
    "agents": (TEAMS, "GET"),
    "team_defaults": (TEAMS, "POST"),
    "agent": (TEAMS, "GET"),
    "skills": (TEAMS, "GET"),
    "skill_new": (TEAMS, "GET"),
    "skill": (TEAMS, "GET"),
    "skill_delete": (TEAMS, "POST"),
    "hours_list": (TEAMS, "GET"),
    "hours_new": (TEAMS, "GET"),
    "hours": (TEAMS, "GET"),
    "hours_delete": (TEAMS, "POST"),
    "sla_list": (TEAMS, "GET"),
    "sla_new": (TEAMS, "GET"),
    "sla": (TEAMS, "GET"),
    "sla_switch": (TEAMS, "POST"),
    "sla_delete": (TEAMS, "POST"),
    "calendars": (TEAMS, "GET"),
    "calendar_new": (TEAMS, "GET"),
    "calendar": (TEAMS, "GET"),
    "calendar_delete": (TEAMS, "POST"),
    "special_day_add": (TEAMS, "POST"),
    "special_day_delete": (TEAMS, "POST"),
    "scenarios": (TEAMS, "GET"),
    "scenario_new": (TEAMS, "GET"),
    "scenario": (TEAMS, "GET"),
    "scenario_edit": (TEAMS, "GET"),
    "scenario_rerun": (TEAMS, "POST"),
    "scenario_stop": (TEAMS, "POST"),
    "scenario_delete": (TEAMS, "POST"),
    "secrets": (MANAGERS, "GET"),
    "secret_new": (MANAGERS, "GET"),
    "secret": (MANAGERS, "GET"),
    "secret_replace": (MANAGERS, "POST"),
    "secret_reveal": (MANAGERS, "POST"),
    "secret_delete": (MANAGERS, "POST"),
    "databases": (MANAGERS, "GET"),
    "database_new": (MANAGERS, "GET"),
    "database": (MANAGERS, "GET"),
    "database_test": (MANAGERS, "POST"),
    "database_query": (MANAGERS, "GET"),
    "database_delete": (MANAGERS, "POST"),
    "snippets": (MANAGERS, "GET"),
    "snippet": (MANAGERS, "GET"),
    "snippet_delete": (MANAGERS, "POST"),
    "providers": (MANAGERS, "GET"),
    "provider_new": (MANAGERS, "GET"),
    "provider": (MANAGERS, "GET"),
    "provider_test": (MANAGERS, "POST"),
    "provider_delete": (MANAGERS, "POST"),
    "settings": (OWNER, "GET"),
}
PIECES = {
    "skill_id": SkillFactory,
    "hours_id": BusinessHoursFactory,
    "policy_id": SlaPolicyFactory,
    "scenario_id": ScenarioFactory,
    "secret_id": SecretFactory,
    "connection_id": ConnectionFactory,
    "provider_id": ProviderFactory,
    "snippet_id": SnippetFactory,
}


@pytest.fixture(scope="module")
def company(standing):
    return make_company().come()


@pytest.fixture(scope="module")
def other_company(standing):
    return make_company().come()


@pytest.fixture(autouse=True)
def silent_meta(monkeypatch):
    """No view of this table may wait for Meta."""

    def nothing(*args):
        return {}

    monkeypatch.setattr("apps.console.graph.about", nothing)
    monkeypatch.setattr("apps.console.graph.profile", nothing)
    monkeypatch.setattr("apps.console.graph.check", lambda key, *_: Check(key, Verdict.FAILED))
    monkeypatch.setattr("apps.console.graph.unsubscribe", nothing)


def ids_of(pattern, company):
    with tenant_scope(company.organization):
        canned, _ = CannedReply.objects.get_or_create(shortcut="oi", defaults={"text": "Olá"})
        tag, _ = Tag.objects.get_or_create(name="VIP")
    own = {
        "canned_id": canned.pk,
        "tag_id": tag.pk,
        "number_id": company.number.pk,
        "queue_id": company.queue.pk,
        "department_id": company.queue.department_id,
        "membership_id": company.members["agent"].pk,
        "invitation_id": InvitationFactory(organization=company.organization).pk,
    }
    stop = TemplateStopFactory(organization=company.organization, account=company.number.account)
    own["stop_id"] = stop.pk
    own["attempt_id"], own["key"] = ConnectionAttemptFactory(organization=company.organization).pk, "token"
    if pattern.name.startswith(("calendar", "special_day")):
        day = SpecialDayFactory(organization=company.organization)
        own |= {"calendar_id": day.calendar_id, "day_id": day.pk}
    for key, factory in PIECES.items():
        if key in pattern.pattern.converters:
            own[key] = factory(organization=company.organization).pk
    return {key: own.get(key, uuid.uuid4()) for key in pattern.pattern.converters}


def test_the_table_names_every_view():
    assert {pattern.name for pattern in urls.urlpatterns} <= set(VIEWS)


@pytest.fixture(scope="module")
def browsers(company):
    return {role: company.client(role) for role in ROLES}


def answer_to(browser, pattern, url):
    """What the view says, as if nobody had asked before."""
    with transaction.atomic():
        answer = browser.generic(VIEWS[pattern.name][1], url)
        transaction.set_rollback(True)
    return answer


@pytest.mark.parametrize("pattern", urls.urlpatterns, ids=lambda pattern: pattern.name)
def test_role_matrix(company, browsers, pattern):
    allowed, _method = VIEWS[pattern.name]
    opened = {404} if pattern.name in ("conversation", "number_tried") else {200, 302, 422}
    url = company.url(pattern.name, **ids_of(pattern, company))
    for role in ROLES:
        answer = answer_to(browsers[role], pattern, url)
        if role == "outsider":
            assert answer.status_code == 404
        elif role == "anonymous":
            assert (answer.status_code, "/login" in answer.url) == (302, True)
        else:
            assert answer.status_code in (opened if role in allowed else {403}), role


@pytest.mark.parametrize("name", [pattern.name for pattern in urls.urlpatterns if pattern.pattern.converters])
def test_an_id_of_another_company_does_not_exist(company, other_company, browsers, name):
    pattern = next(pattern for pattern in urls.urlpatterns if pattern.name == name)
    foreign = ids_of(pattern, other_company)
    answer = browsers["owner"].generic(VIEWS[name][1], company.url(name, **foreign))
    assert answer.status_code == 404


@pytest.mark.parametrize(("role", "count"), [("owner", 10), ("admin", 9), ("supervisor", 6), ("viewer", 2)])
def test_the_menu_shows_only_what_may_be_opened(company, role, count):
    answer = company.client(role).get(company.url("dashboard"))
    entries = answer.context["nav"]
    missing = 0 if any("conversations" in entry["url"] for entry in entries) else 1
    assert len(entries) == count - missing
    assert [entry["active"] for entry in entries].count(True) == 1
