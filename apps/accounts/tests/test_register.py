import pytest

from apps.accounts import registration, services
from apps.accounts.models import User
from apps.accounts.tests.factories import PASSWORD, UserFactory

pytestmark = pytest.mark.django_db
REGISTER = "/accounts/register/"
FORM = {"full_name": "Ana Lima", "company": "Padaria Pão & Cia", "email": "Ana@Example.com", "password": PASSWORD}


def test_registering_creates_the_account_and_logs_in(client):
    answer = client.post(REGISTER, FORM)
    user = User.objects.get(email="ana@example.com")
    assert (answer.status_code, answer.url) == (302, "/o/padaria-pao-cia/console/")
    assert client.session["_auth_user_id"] == str(user.pk)
    assert user.full_name == "Ana Lima"


def test_all_or_nothing(client, monkeypatch):
    def broken(user, *, company):
        raise ZeroDivisionError

    monkeypatch.setattr(registration, "_steps", [broken])
    with pytest.raises(ZeroDivisionError):
        client.post(REGISTER, FORM)
    assert not User.objects.exists()


def test_without_steps_one_starts_at_the_root(monkeypatch):
    monkeypatch.setattr(registration, "_steps", [])
    assert services.register(**FORM, language="en")[1] == "/"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("full_name", "\u202e\u200e"),
        ("company", " \u2066 "),
        ("email", "no"),
        ("password", "weak"),
        ("password", "Ana@Example.com1"),
        ("full_name", "a\x00b"),
    ],
)
def test_mistakes_are_told_at_their_field_and_nothing_is_lost(client, field, value):
    page = client.post(REGISTER, FORM | {field: value})
    assert page.status_code == 200
    assert list(page.context["form"].errors) == [field]
    assert not User.objects.exists()


def test_an_address_with_an_account_is_sent_to_the_login(client):
    UserFactory(email="ana@example.com")
    page = client.post(REGISTER, FORM)
    assert "email" in page.context["form"].errors
    assert User.objects.count() == 1


def test_two_at_once_make_one_account(monkeypatch):
    """The unique index decides when the look before it saw nothing."""
    UserFactory(email="ana@example.com")
    monkeypatch.setattr(User, "full_clean", lambda self, **kwargs: None)
    monkeypatch.setattr(User.objects, "filter", lambda **kwargs: User.objects.none())
    with pytest.raises(services.ValidationError):
        services.create_user(email="ana@example.com", password=PASSWORD, full_name="Ana", language="en")


def test_three_an_hour_from_one_address(client):
    answers = []
    for number in range(4):
        answers.append(client.post(REGISTER, FORM | {"email": f"a{number}@example.com"}).status_code)
        client.logout()
    assert answers == [302, 302, 302, 429]


def test_mistakes_are_not_counted(client):
    for _ in range(5):
        client.post(REGISTER, FORM | {"password": "weak"})
    assert client.post(REGISTER, FORM).status_code == 302


def test_whoever_is_in_is_sent_home(client):
    client.force_login(UserFactory())
    assert client.get(REGISTER).url == "/"
