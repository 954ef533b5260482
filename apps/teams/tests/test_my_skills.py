"""A member sees their skills and which of their queues ask for more, and sets them only where the company lets them."""

import pytest

from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.accounts.tests.factories import UserFactory
from apps.audit.models import AuditEvent
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
from apps.teams.models import TeamSettings
from apps.teams.tests.factories import MemberSkillFactory, QueueFactory, QueueSkillFactory, SkillFactory

pytestmark = pytest.mark.django_db


def seen_by(member):
    browser = Client()
    browser.cookies[settings.LANGUAGE_COOKIE_NAME] = "en"
    browser.force_login(member.user)
    return browser.get(reverse("teams:my_skills", kwargs={"slug": member.organization.slug}))


def member_of(role, **fields):
    return MembershipFactory(role=role, user=UserFactory(language="en"), **fields)


def test_skills_with_levels_and_queues_that_ask_for_more():
    me = member_of("agent")
    company = {"organization": me.organization}
    spanish, refunds = SkillFactory(name="Spanish", **company), SkillFactory(name="Refunds", **company)
    colleague = member_of("agent", **company)
    MemberSkillFactory(membership=me, skill=spanish, level=4, **company)
    MemberSkillFactory(membership=colleague, skill=refunds, level=5, **company)
    abroad, money = QueueFactory(name="Abroad", **company), QueueFactory(name="Money", **company)
    for queue, skill in ((abroad, spanish), (money, refunds)):
        QueueSkillFactory(queue=queue, skill=skill, minimum=3, **company)
    with tenant_scope(me.organization):
        abroad.department.members.add(me)
        money.department.members.add(me)
    page = seen_by(me).content.decode()
    assert "Spanish" in page
    assert "4 – very good" in page
    assert "5 – expert" not in page, "a colleague's"
    assert "Money" in page
    assert "Refunds (3 – good)" in page
    assert "Abroad" not in page, "that queue is open to them"


@pytest.mark.parametrize(("role", "status"), [("supervisor", 200), ("agent", 200), ("viewer", 403)])
def test_it_is_for_those_who_answer_and_only_leaders_may_go_on_to_set_them(role, status):
    answer = seen_by(member_of(role))
    assert answer.status_code == status
    assert (b"Set my skills" in answer.content) == (role == "supervisor")


def test_where_the_company_allows_it_agents_set_their_own_levels_and_the_audit_trail_has_them():
    me = member_of("agent")
    company = {"organization": me.organization}
    spanish, refunds = SkillFactory(name="Spanish", **company), SkillFactory(name="Refunds", **company)
    MemberSkillFactory(membership=me, skill=refunds, level=2, **company)
    address, chosen = reverse("teams:my_skills", kwargs={"slug": me.organization.slug}), {f"skill_{spanish.pk}": "4"}
    browser = Client()
    browser.force_login(me.user)
    assert browser.post(address, chosen).status_code == 403, "not unless the company says so"
    with tenant_scope(me.organization):
        TeamSettings.objects.create(own_skills=True)
    assert b'data-testid="my-skills-form"' in seen_by(me).content
    assert browser.post(address, chosen | {f"skill_{refunds.pk}": "9"}).status_code == 302
    assert levels_of(me) == {"Refunds": 2}, "there is no such level"
    assert browser.post(address, chosen).status_code == 302
    assert levels_of(me) == {"Spanish": 4}
    with tenant_scope(me.organization):
        entry = AuditEvent.objects.get(action="agent.own_skills_saved")
    assert entry.data == {"skills": {"Spanish": 4}}


def levels_of(member):
    with tenant_scope(member.organization):
        return dict(member.skills.values_list("skill__name", "level"))
