import pytest

from django.contrib.auth.hashers import Argon2PasswordHasher
from django.urls import reverse

from apps.accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


@pytest.fixture
def user():
    return UserFactory(email="ana@example.com", language="en", theme="dark")


def log_in(client, email="ana@example.com", password=PASSWORD, **more):
    return client.post(LOGIN, {"username": email, "password": password, **more})


def test_the_right_password_leads_home(client, user):
    answer = log_in(client, email="ANA@Example.com")
    assert (answer.status_code, answer.url) == (302, reverse("organizations:home"))
    assert client.session["_auth_user_id"] == str(user.pk)


def test_language_and_theme_follow_the_user(client, user):
    answer = log_in(client)
    assert answer.cookies["django_language"].value == "en"
    assert answer.cookies["theme"].value == "dark"


def test_the_session_is_a_new_one(client, user):
    client.get(LOGIN)
    session = client.session
    session["planted"] = "by an attacker"
    session.save()
    before = session.session_key
    log_in(client)
    assert client.session.session_key != before


@pytest.mark.parametrize(
    "email", ["ana@example.com", "nobody@example.com", "closed@example.com"], ids=["wrong", "unknown", "closed"]
)
def test_the_answer_never_tells_who_has_an_account(client, user, email):
    UserFactory(email="closed@example.com", is_active=False)
    reference = log_in(client, email="somebody@example.com", password="Wrong-1-password")
    answer = log_in(client, email=email, password=PASSWORD if email.startswith("closed") else "Wrong-1-password")
    assert answer.status_code == reference.status_code == 200
    assert answer.context["form"].non_field_errors() == reference.context["form"].non_field_errors()
    assert "_auth_user_id" not in client.session


def test_unknown_and_closed_accounts_take_as_long(client, settings, monkeypatch):
    """One hash is nearly all of the time of a login: every answer costs exactly one."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]
    UserFactory(email="ana@example.com")
    UserFactory(email="closed@example.com", is_active=False)
    hashes = []
    for work in ("encode", "verify"):
        original = getattr(Argon2PasswordHasher, work)
        counted = lambda *args, original=original: (hashes.append(1), original(*args))[1]  # noqa: E731
        monkeypatch.setattr(Argon2PasswordHasher, work, counted)
    for email in ("ana@example.com", "nobody@example.com", "closed@example.com"):
        hashes.clear()
        log_in(client, email=email, password="Wrong-1-password")
        assert len(hashes) == 1


@pytest.mark.parametrize("next_page", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_next_stays_on_this_site(client, user, next_page):
    assert log_in(client, next=next_page).url == reverse("organizations:home")


def test_next_on_this_site_is_followed(client, user):
    assert log_in(client, next="/o/acme/desk/?a=1").url == "/o/acme/desk/?a=1"


def test_whoever_is_in_need_not_log_in_again(client, user):
    client.force_login(user)
    assert client.get(LOGIN).url == reverse("organizations:home")


@pytest.mark.parametrize("email", ["not an e-mail", "a\x00@example.com", "a" * 400 + "@example.com"])
def test_odd_input_is_an_ordinary_mistake(client, email):
    assert log_in(client, email=email).status_code == 200


def test_the_page_is_readable_in_both_languages(client):
    assert client.get(LOGIN).status_code == 200
    client.cookies["django_language"] = "en"
    assert b"Forgot your password?" in client.get(LOGIN).content
