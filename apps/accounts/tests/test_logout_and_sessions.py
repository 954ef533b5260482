import pytest

from django.test import Client

from apps.accounts import services
from apps.accounts.events import SessionsRevoked
from apps.accounts.tests.factories import PASSWORD, UserFactory
from apps.core import events

pytestmark = pytest.mark.django_db
NEW = "Brand-New-Horse-8"


@pytest.fixture
def user(client):
    made = UserFactory(language="en")
    client.force_login(made)
    return made


@pytest.fixture
def ended(monkeypatch):
    """Who was told that sessions ended, by event and by socket."""
    told = []
    monkeypatch.setitem(events._receivers, SessionsRevoked, [lambda event: told.append(("event", event.user_id))])
    monkeypatch.setattr(services, "close_user", lambda user_id: told.append(("sockets", user_id)))
    return told


def inside(client):
    return client.get("/organizations/").status_code == 200


def test_logout_ends_the_session_and_its_sockets(client, user, ended, worker):
    with worker():
        answer = client.post("/accounts/logout/")
    assert answer.status_code == 302
    assert not inside(client)
    assert sorted(ended) == [("event", user.pk), ("sockets", user.pk)]


def test_a_link_cannot_log_anyone_out(client, user):
    assert client.get("/accounts/logout/").status_code == 405
    assert inside(client)


def test_logout_needs_the_csrf_token(user):
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(user)
    assert strict.post("/accounts/logout/").status_code == 403
    assert inside(strict)


def test_a_new_password_keeps_this_session_and_ends_the_others(client, user, ended, worker, mailoutbox):
    elsewhere = Client()
    elsewhere.force_login(user)
    with worker():
        answer = client.post(
            "/accounts/password/change/",
            {"old_password": PASSWORD, "new_password1": NEW, "new_password2": NEW},
        )
    assert answer.status_code == 302
    assert inside(client)
    assert not inside(elsewhere)
    assert ("sockets", user.pk) in ended
    assert ("event", user.pk) in ended
    assert mailoutbox[0].to == [user.email]
    assert "password was changed" in mailoutbox[0].subject


def test_the_old_password_cannot_be_guessed_from_a_borrowed_session(client, user):
    wrong = {"old_password": "Wrong-1-guess", "new_password1": NEW, "new_password2": NEW}
    answers = [client.post("/accounts/password/change/", wrong).status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


@pytest.mark.parametrize("weak", ["Short1A", "alllowercase1", "NoDigitsHere", "12345678"])
def test_weak_passwords_are_refused_with_a_reason(client, user, weak):
    page = client.post(
        "/accounts/password/change/", {"old_password": PASSWORD, "new_password1": weak, "new_password2": weak}
    )
    assert page.context["form"].errors["new_password2"]


def test_changing_needs_a_login():
    assert Client().get("/accounts/password/change/").status_code == 302
