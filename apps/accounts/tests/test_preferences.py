import json

import pytest

from apps.accounts.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def user(client):
    made = UserFactory()
    client.force_login(made)
    return made


@pytest.mark.parametrize(
    ("name", "value", "cookie"), [("theme", "dark", "theme"), ("language", "en", "django_language")]
)
def test_a_choice_is_kept_in_a_cookie_and_on_the_user(client, user, name, value, cookie):
    answer = client.post(f"/accounts/{name}/", {name: value, "next": "/organizations/?a=1"})
    assert (answer.status_code, answer.url) == (302, "/organizations/?a=1")
    assert answer.cookies[cookie].value == value
    user.refresh_from_db()
    assert getattr(user, name) == value


@pytest.mark.parametrize(("name", "value"), [("theme", "dark"), ("language", "en")])
def test_strangers_choose_too(client, name, value):
    assert client.post(f"/accounts/{name}/", {name: value}).url == "/"


def test_htmx_gets_an_event_or_a_new_page(client):
    htmx = {"HX-Request": "true"}
    theme = client.post("/accounts/theme/", {"theme": "light"}, headers=htmx)
    assert theme.status_code == 204
    assert json.loads(theme["HX-Trigger"]) == {"pt:theme": {"theme": "light"}}
    assert client.post("/accounts/language/", {"language": "en"}, headers=htmx)["HX-Refresh"] == "true"


@pytest.mark.parametrize("name", ["theme", "language"])
def test_unknown_choices_are_refused(client, user, name):
    assert client.post(f"/accounts/{name}/", {name: "<script>"}).status_code == 400
    assert client.post(f"/accounts/{name}/").status_code == 400
    assert client.get(f"/accounts/{name}/").status_code == 405


@pytest.mark.parametrize("outside", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_the_way_back_stays_on_this_site(client, outside):
    answer = client.post("/accounts/theme/", {"theme": "dark", "next": outside}, headers={"Referer": outside})
    assert answer.url == "/"


def test_the_page_speaks_the_chosen_language(client):
    client.post("/accounts/language/", {"language": "en"})
    answer = client.get("/accounts/login/")
    assert answer["Content-Language"] == "en"
    client.cookies["django_language"] = "klingon"
    assert client.get("/accounts/login/")["Content-Language"] == "pt-br"
