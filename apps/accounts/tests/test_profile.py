import pytest

from apps.accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PROFILE = "/accounts/profile/"


@pytest.fixture
def user(client):
    made = UserFactory(full_name="Ana Lima", email="ana@example.com")
    client.force_login(made)
    return made


def test_name_language_and_theme_are_ones_own(client, user):
    assert client.get(PROFILE).status_code == 200
    answer = client.post(PROFILE, {"full_name": " Ana  Souza ", "language": "en", "theme": "dark"})
    assert (answer.url, answer.cookies["theme"].value) == (PROFILE, "dark")
    user.refresh_from_db()
    assert (user.full_name, user.language, user.theme) == ("Ana Souza", "en", "dark")
    assert b"My profile" in client.get(PROFILE).content


def test_nothing_else_can_be_assigned(client, user):
    more = {"email": "root@example.com", "is_staff": "on", "is_superuser": "on"}
    client.post(PROFILE, {"full_name": "Ana", "language": "en", "theme": "auto"} | more)
    user.refresh_from_db()
    assert (user.email, user.is_staff, user.is_superuser) == ("ana@example.com", False, False)


@pytest.mark.parametrize("wrong", [{"full_name": "\u202e"}, {"language": "xx"}, {"theme": "pink"}])
def test_mistakes_are_told_at_their_field(client, user, wrong):
    page = client.post(PROFILE, {"full_name": "Ana", "language": "en", "theme": "auto"} | wrong)
    assert list(page.context["form"].errors) == list(wrong)
    assert page.context["user"].full_name == "Ana Lima"


def test_strangers_log_in_first(client):
    assert client.get(PROFILE).url == f"/accounts/login/?next={PROFILE}"
