"""A member sees their skills, and which of their queues ask for more; nobody sets their own here."""

import pytest

from django.conf import settings
from django.test import Client
from django.urls import reverse

from apps.accounts.tests.factories import UserFactory
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory
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
