"""Presence follows from what was chosen, from sockets and from hands; everybody hears of changes, once."""

import threading
from datetime import timedelta

import pytest
import time_machine

from django.core.exceptions import ValidationError
from django.db import connection
from django.test import Client
from django.urls import reverse

from apps.core.clock import now
from apps.core.events import subscribe
from apps.organizations.services import deactivate
from apps.organizations.tenancy import tenant_scope
from apps.organizations.tests.factories import MembershipFactory, OrganizationFactory
from apps.teams import services
from apps.teams.events import PresenceChanged
from apps.teams.models import Agent, TeamSettings

pytestmark = pytest.mark.django_db
heard: list[PresenceChanged] = []
subscribe(PresenceChanged)(heard.append)


@pytest.fixture
def member():
    heard.clear()
    membership = MembershipFactory()
    with tenant_scope(membership.organization):
        yield membership


def presence(member):
    return Agent.objects.get(membership=member).presence


def later(**delta):
    return time_machine.travel(now() + timedelta(**delta), tick=False)


def test_a_socket_brings_somebody_online_and_a_minute_without_one_takes_them_offline(member):
    services.seen(member, active=True)
    assert presence(member) == "online"
    with later(seconds=59):
        assert services.expire_presence() == 0
    with later(seconds=61):
        assert services.expire_presence() == 1
        assert presence(member) == "offline"
        services.seen(member, active=True)
        assert presence(member) == "online", "what was chosen is remembered"


def test_hands_off_for_ten_minutes_is_away_and_a_key_brings_them_back(member):
    services.seen(member, active=True)
    with later(minutes=10):
        services.keep_seen({member.pk})
        services.expire_presence()
        assert presence(member) == "away"
        services.seen(member, active=False)
        assert presence(member) == "away", "an open page alone is nobody at work"
        services.seen(member, active=True)
        assert presence(member) == "online"


def test_the_company_decides_how_many_minutes(member):
    TeamSettings.objects.create(idle_minutes=2)
    services.seen(member, active=True)
    with later(minutes=2):
        services.keep_seen({member.pk})
        services.expire_presence()
    assert presence(member) == "away"


def test_who_chose_away_or_offline_stays_so_whatever_they_touch(member):
    for state in ("away", "offline"):
        services.set_presence(member, state)
        with later(seconds=40):
            services.seen(member, active=True)
            services.expire_presence()
        assert presence(member) == state
    with pytest.raises(ValidationError):
        services.set_presence(member, "busy")


def test_each_change_is_told_once(member, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        services.seen(member, active=True)
        services.seen(member, active=True)
        services.set_presence(member, "online")
        services.set_presence(member, "away")
    assert [(event.old, event.new) for event in heard] == [("offline", "online"), ("online", "away")]
    assert {event.membership_id for event in heard} == {member.pk}


def test_whose_access_ends_is_offline_at_once(member, django_capture_on_commit_callbacks):
    owner = MembershipFactory(organization=member.organization, role="owner")
    services.seen(member, active=True)
    with django_capture_on_commit_callbacks(execute=True):
        deactivate(actor=owner, membership=member)
    assert presence(member) == "offline"


def test_the_sweep_covers_all_companies_and_uses_each_ones_minutes(member):
    other = MembershipFactory(organization=OrganizationFactory())
    TeamSettings.objects.create(idle_minutes=60)
    services.seen(member, active=True)
    with tenant_scope(other.organization):
        services.seen(other, active=True)
    with later(minutes=11):
        services.keep_seen({member.pk, other.pk})
        assert services.expire_presence() == 1
    with tenant_scope(other.organization):
        assert presence(other) == "away"
    assert presence(member) == "online"


@pytest.mark.django_db(transaction=True)
def test_ten_tabs_that_open_at_once_make_one_row():
    membership = MembershipFactory()
    barrier, errors = threading.Barrier(10), []

    def open_tab():
        try:
            with tenant_scope(membership.organization_id):
                barrier.wait(10)
                services.seen(membership, active=True)
        except Exception as error:  # noqa: BLE001 - shown by the assertion
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=open_tab) for _ in range(10)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    with tenant_scope(membership.organization):
        assert (errors, presence(membership), Agent.objects.count()) == ([], "online", 1)


@pytest.mark.parametrize(
    ("role", "status"), [("owner", 200), ("admin", 200), ("supervisor", 200), ("agent", 200), ("viewer", 403)]
)
def test_the_switch_is_for_those_who_answer(role, status):
    membership = MembershipFactory(role=role)
    browser = Client()
    browser.force_login(membership.user)
    url = reverse("teams:presence", kwargs={"slug": membership.organization.slug})
    answer = browser.post(url, {"state": "away"}, headers={"HX-Request": "true"})
    assert answer.status_code == status
    if status == 200:
        assert 'data-presence="away"' in answer.content.decode()
        assert browser.post(url, {"state": "away"}).status_code == 302, "also without JavaScript"
        assert browser.post(url, {"state": "<b>"}).status_code == 400
        assert browser.get(url).status_code == 405
