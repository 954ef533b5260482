import pytest
import redis

from apps.accounts.tests.factories import PASSWORD, UserFactory
from apps.core import ratelimit

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"


def guess(client, email, address="198.51.100.1", password="Wrong-1-password"):
    return client.post(LOGIN, {"username": email, "password": password}, REMOTE_ADDR=address)


def test_an_account_takes_five_guesses_a_minute_from_anywhere(client):
    UserFactory(email="ana@example.com")
    for number in range(5):
        assert guess(client, "ana@example.com", f"198.51.100.{number}").status_code == 200
    refused = guess(client, "ana@example.com", "198.51.100.99", password=PASSWORD)
    assert refused.status_code == 429
    assert int(refused["Retry-After"]) > 0
    assert (refused["X-RateLimit-Limit"], refused["X-RateLimit-Remaining"]) == ("5", "0")
    assert refused.context["form"]["username"].value() == "ana@example.com"


def test_unknown_accounts_are_limited_alike(client):
    answers = [guess(client, "nobody@example.com", f"198.51.100.{number}").status_code for number in range(6)]
    assert answers == [200] * 5 + [429]


def test_an_address_takes_five_guesses_a_minute_at_any_accounts(client):
    answers = [guess(client, f"person{number}@example.com").status_code for number in range(6)]
    assert answers == [200] * 5 + [429]
    assert guess(client, "other@example.com", "203.0.113.5").status_code == 200


def test_people_behind_one_address_log_in_freely(client):
    """A right password is no guess."""
    for number in range(8):
        UserFactory(email=f"colleague{number}@example.com")
        assert guess(client, f"colleague{number}@example.com", password=PASSWORD).status_code == 302
        client.logout()


def test_logging_in_does_not_pardon_guesses_at_others(client):
    UserFactory(email="mallory@example.com")
    for number in range(5):
        guess(client, f"victim{number}@example.com")
    assert guess(client, "mallory@example.com", password=PASSWORD).status_code == 429


def test_the_limit_holds_without_redis(client, monkeypatch):
    class Down:
        def eval(self, *args):
            raise redis.ConnectionError("down")

        zrem = eval

    monkeypatch.setattr(ratelimit, "connection", Down)
    monkeypatch.setattr(ratelimit, "_local", ratelimit._LocalCounter())
    answers = [guess(client, "ana@example.com").status_code for _ in range(6)]
    assert answers == [200] * 5 + [429]


def test_without_the_guard_guessing_goes_on(client, monkeypatch):
    """Negative control."""
    monkeypatch.setattr("apps.accounts.limits.guard", lambda *uses: [])
    assert [guess(client, "ana@example.com").status_code for _ in range(8)] == [200] * 8
