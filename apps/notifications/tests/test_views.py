"""The list, the drawer, the bells: one's own notifications and nobody else's; and how they look when pushed."""

import re

import pytest

from apps.core.realtime.rendering import RenderClass
from apps.notifications import rendering, urls
from apps.notifications.models import Notification, Preference
from apps.notifications.selectors import PAGE_SIZE
from apps.notifications.services import notify
from apps.organizations.tenancy import tenant_scope

pytestmark = pytest.mark.django_db
ROLES = ["owner", "admin", "supervisor", "agent", "viewer", "outsider", "anonymous"]
METHODS = {"counts": "GET", "panel": "GET", "read": "POST", "read_all": "POST", "preferences": "POST", "follow": "POST"}


@pytest.fixture
def tell(house):
    def tell(role, what="a parcel", **more):
        with tenant_scope(house.organization):
            told = {"kind": "test.assigned", "url": "/o/x/there/", "who": "Ana", "what": what} | more
            notify(recipients=[house.members[role]], **told)
            return Notification.objects.of(house.members[role]).latest("id")

    return tell


def test_every_view_is_in_the_table():
    assert {pattern.name for pattern in urls.urlpatterns} == set(METHODS)


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize("name", METHODS)
def test_every_member_has_their_own_and_nobody_else_any(house, tell, name, role):
    row = tell(role if role in house.members else "owner")
    kwargs = {"notification_id": row.pk} if name in ("read", "follow") else {}
    answer = house.client(role).generic(METHODS[name], house.url(f"notifications:{name}", **kwargs))
    expected = {"outsider": {404}, "anonymous": {302}}.get(role, {200, 302})
    assert answer.status_code in expected
    if role == "anonymous":
        assert "/login" in answer.url


@pytest.mark.parametrize(
    ("role", "panel", "status"),
    [("agent", "desk", 200), ("agent", "console", 403), ("viewer", "desk", 403), ("viewer", "console", 200)],
)
def test_the_page_is_in_the_panels_that_a_role_has(house, tell, role, panel, status):
    tell(role)
    answer = house.client(role).get(house.url(f"{panel}:notifications"))
    assert answer.status_code == status
    assert ("Ana gave you a parcel" in answer.content.decode()) == (status == 200)


@pytest.mark.parametrize("panel", ["desk", "console"])
def test_the_bell_stays_in_the_panel_of_its_page(house, tell, panel):
    tell("owner")
    browser, here = house.client("owner"), house.url(f"{panel}:notifications")
    page = browser.get(house.url(f"{panel}:dashboard")).content.decode()
    address = re.search(r'hx-get="([^"]*/panel/[^"]*)"', page)[1]
    drawer = browser.get(address).content.decode()
    assert f'href="{here}"' in drawer
    again = re.search(r'hx-post="([^"]*/read/[^"]*)"', drawer)[1]
    assert f'href="{here}"' in browser.post(again, headers={"HX-Request": "true"}).content.decode()


@pytest.mark.parametrize("name", ["read", "follow"])
def test_a_colleagues_notification_does_not_exist(house, tell, name):
    row = tell("owner")
    answer = house.client("admin").post(house.url(f"notifications:{name}", notification_id=row.pk))
    assert answer.status_code == 404
    with tenant_scope(house.organization):
        row.refresh_from_db()
        assert row.read_at is None


def test_following_reads_it_and_goes_there_with_and_without_htmx(house, tell):
    row = tell("agent")
    browser, address = house.client("agent"), house.url("notifications:follow", notification_id=row.pk)
    assert browser.post(address).url == "/o/x/there/"
    answer = browser.post(address, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (204, "/o/x/there/")
    assert browser.get(address).status_code == 405
    with tenant_scope(house.organization):
        row.refresh_from_db()
        assert row.read_at is not None


def test_reading_in_the_list_answers_with_the_line_and_all_with_the_drawer(house, tell):
    row, browser = tell("agent"), house.client("agent")
    tell("agent", "another")
    htmx = {"HX-Request": "true"}
    line = browser.post(house.url("notifications:read", notification_id=row.pk), headers=htmx).content.decode()
    assert f'id="n-{row.pk}"' in line
    assert "is-unread" not in line
    assert ">1<" in browser.get(house.url("notifications:counts")).content.decode()
    drawer = browser.post(house.url("notifications:read_all"), headers=htmx).content.decode()
    assert "is-unread" not in drawer
    assert browser.get(house.url("notifications:counts")).content.decode().count("hidden>") == 2


def test_pages_follow_one_another_without_a_gap(house, tell):
    for number in range(PAGE_SIZE + 1):
        tell("agent", f"parcel {number}")
    browser, page = house.client("agent"), house.url("desk:notifications")
    first = browser.get(page)
    second = browser.get(page, {"after": first.context["next_cursor"]})
    seen = [row.args["what"] for row in [*first.context["rows"], *second.context["rows"]]]
    assert seen == [f"parcel {number}" for number in reversed(range(PAGE_SIZE + 1))]
    assert second.context["next_cursor"] == ""


def test_the_list_of_unread_ones_and_a_cursor_nobody_gave_out(house, tell):
    browser = house.client("agent")
    tell("agent")
    browser.post(house.url("notifications:read_all"))
    tell("agent", "a letter")
    page = house.url("desk:notifications")
    assert len(browser.get(page, {"show": "unread"}).context["rows"]) == 1
    assert len(browser.get(page, {"after": "x' OR 1"}).context["rows"]) == 2


@pytest.mark.parametrize("many", [1, 25])
def test_the_page_asks_a_constant_number_of_questions(house, tell, many, django_assert_max_num_queries):
    for _ in range(many):
        tell("agent")
    browser = house.client("agent")
    browser.get(house.url("desk:notifications"))
    with django_assert_max_num_queries(7):
        browser.get(house.url("desk:notifications"))


def test_preferences_are_kept_and_shown(house):
    browser, page = house.client("agent"), house.url("desk:notifications")
    answer = browser.get(page)
    assert [choice.kind.key for choice in answer.context["choices"]] == ["test.assigned"]
    browser.post(house.url("notifications:preferences"), {"on": ["test.assigned:centre", "x", "test.broken:toast"]})
    [choice] = browser.get(page).context["choices"]
    assert [(name, is_on) for name, _label, is_on in choice.channels] == [("centre", True), ("toast", False)]
    with tenant_scope(house.organization):
        assert Preference.objects.count() == 2


def test_a_push_renders_bells_line_and_pop_up_in_the_viewers_language(house, tell):
    row = tell("agent", "<b>bold</b>")
    viewer = RenderClass(house.organization.pk, "pt-br", frozenset())
    ids = {"member": str(house.members["agent"].pk), "new": str(row.pk), "toast": "1"}
    found = {fragment.id: fragment for fragment in rendering._fragments(viewer, ids, False)}
    assert set(found) == {"notification-count", "notification-count-top", f"n-{row.pk}", f"toast-{row.pk}"}
    assert "não lida" in found["notification-count"].html
    assert found[f"n-{row.pk}"].into == "#notification-list"
    assert all("<b>" not in fragment.html for fragment in found.values())
    quiet = rendering._fragments(viewer, ids | {"toast": ""}, False)
    assert {fragment.into for fragment in quiet} == {"", "#notification-list"}
    assert len(rendering._fragments(viewer, ids | {"new": ""}, False)) == 2
