"""Telling people: who is told, what is kept, what is refused."""

from datetime import timedelta

import pytest

from django.utils import translation

from apps.core.clock import now
from apps.notifications import kinds
from apps.notifications.models import Notification, Preference
from apps.notifications.services import choose, mark_read, notify
from apps.notifications.tasks import prune
from apps.organizations.permissions import Perm
from apps.organizations.selectors import members_who_may
from apps.organizations.tenancy import ForeignTenant, NoTenantScope, platform_scope, tenant_scope
from apps.organizations.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
TOLD = {"kind": "test.assigned", "url": "/o/x/", "who": "Ana", "what": "a parcel"}


def titles(membership):
    return [row.title for row in Notification.objects.of(membership).order_by("id")]


def test_each_recipient_gets_one_row_and_one_push(house, pushes):
    agent, viewer = house.members["agent"], house.members["viewer"]
    with tenant_scope(house.organization):
        notify(recipients=[agent, viewer, agent], **TOLD)
        assert titles(agent) == titles(viewer) == ["Ana gave you a parcel"]
        assert titles(house.members["owner"]) == []
    assert {group for push in pushes for group in push.groups} == {f"member:{agent.pk}", f"member:{viewer.pk}"}
    assert [push.ids["toast"] for push in pushes] == ["1", "1"]


def test_inactive_members_are_not_told(house, pushes):
    gone = MembershipFactory(organization=house.organization, is_active=False)
    with tenant_scope(house.organization):
        notify(recipients=[gone], **TOLD)
        assert titles(gone) == []
    assert pushes == []


def test_nobody_of_another_company_can_be_told(house):
    stranger = MembershipFactory()
    with tenant_scope(house.organization), pytest.raises(ForeignTenant):
        notify(recipients=[stranger], **TOLD)
    with pytest.raises(NoTenantScope):
        notify(recipients=[house.members["agent"]], **TOLD)


@pytest.mark.parametrize("url", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:x", ""])
def test_a_notification_leads_to_this_site_only(house, url):
    with tenant_scope(house.organization), pytest.raises(ValueError, match="path of this site"):
        notify(recipients=[house.members["agent"]], **TOLD | {"url": url})


def test_an_unregistered_kind_is_a_mistake_of_the_caller_but_an_old_row_still_shows(house):
    with tenant_scope(house.organization):
        with pytest.raises(KeyError):
            notify(kind="nobody.knows", recipients=[], url="/")
        row = Notification.objects.create(recipient=house.members["agent"], kind="gone.100%", url="/")
        assert (row.title, row.about.icon) == ("gone.100%", "bell")


def test_a_kind_is_registered_once_with_a_tone_that_exists():
    with pytest.raises(ValueError, match="registered already"):
        kinds.register("test.assigned", title="x", icon="x")
    with pytest.raises(ValueError, match="no such tone"):
        kinds.register("test.other", title="x", icon="x", tone="loud")


def test_the_sentence_is_made_in_the_readers_language(house):
    kinds.register("test.lazy", title=translation.gettext_lazy("Save"), icon="x")
    with tenant_scope(house.organization):
        row = Notification(recipient=house.members["agent"], kind="test.lazy", url="/")
        with translation.override("pt-br"):
            assert row.title == "Salvar"
        with translation.override("en"):
            assert row.title == "Save"
        assert Notification(kind="test.assigned", args={"who": "Ana"}).title == "Ana gave you "
        assert Notification(kind="test.broken").title == "Broken: 100% of it"


def test_what_was_switched_off_is_not_kept_and_what_shall_not_pop_up_does_not(house, pushes):
    agent, owner = house.members["agent"], house.members["owner"]
    with tenant_scope(house.organization):
        choose(agent, [("test.assigned", "toast")])
        choose(owner, [("test.assigned", "centre"), ("test.broken", "centre"), ("made.up", "toast")])
        notify(recipients=[agent, owner], **TOLD)
        assert (len(titles(agent)), len(titles(owner))) == (0, 1)
        assert not Preference.objects.filter(membership=agent, kind="test.broken").exists(), "not an agent's kind"
        assert not Preference.objects.filter(kind="made.up").exists()
    assert [(push.groups, push.ids["toast"]) for push in pushes] == [(frozenset({f"member:{owner.pk}"}), "")]


def test_reading_counts_once_and_touches_only_ones_own(house, pushes):
    agent, owner = house.members["agent"], house.members["owner"]
    with tenant_scope(house.organization):
        notify(recipients=[agent, agent, owner], **TOLD)
        notify(recipients=[agent], **TOLD)
        first = Notification.objects.of(agent).first()
        pushes.clear()
        assert mark_read(owner, first.pk) == 0
        assert (mark_read(agent, first.pk), mark_read(agent, first.pk), mark_read(agent)) == (1, 0, 1)
        assert Notification.objects.of(owner).unread().count() == 1
    assert len(pushes) == 2


def test_old_ones_are_dropped_and_younger_ones_stay(house, pushes):
    with tenant_scope(house.organization):
        notify(recipients=[house.members["agent"], house.members["owner"]], **TOLD)
        old = Notification.objects.of(house.members["agent"])
        old.update(created_at=now() - timedelta(days=91))
    prune()
    with platform_scope(reason="a test counts the rows of all companies"):
        assert [row.recipient_id for row in Notification.objects.all()] == [house.members["owner"].pk]


def test_members_are_found_by_what_they_may_do(house):
    MembershipFactory(organization=house.organization, role="admin", is_active=False)
    MembershipFactory(role="admin")
    with tenant_scope(house.organization):
        assert {member.role for member in members_who_may(Perm.MANAGE_NUMBERS)} == {"owner", "admin"}
        assert len(members_who_may(Perm.MANAGE_NUMBERS)) == 2
