"""axe finds no violation of WCAG A or AA on the pages of the main job, light and dark."""

import pytest

from pytake.tests.axe import violations, violations_of_both
from pytake.tests.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
PAGES = {
    "login": (None, "/accounts/login/"),
    "desk": ("bruno@aurora.example", "/o/loja-aurora/desk/"),
    "inbox": ("helena@aurora.example", "{conversation}"),
    "history": ("bruno@aurora.example", "/o/loja-aurora/desk/history/"),
    "completed": ("bruno@aurora.example", "/o/loja-aurora/desk/completed/"),
    "figures": ("bruno@aurora.example", "/o/loja-aurora/desk/stats/"),
    "profile": ("bruno@aurora.example", "/o/loja-aurora/desk/profile/"),
    "canned": ("marina@aurora.example", "/o/loja-aurora/console/inbox/canned/"),
    "survey": ("marina@aurora.example", "/o/loja-aurora/console/inbox/survey/"),
    "console": ("marina@aurora.example", "/o/loja-aurora/console/"),
    "alerts": ("helena@aurora.example", "/o/loja-aurora/console/sla/"),
    "numbers": ("marina@aurora.example", "/o/loja-aurora/console/numbers/"),
    "people": ("marina@aurora.example", "/o/loja-aurora/console/people/"),
    "teams": ("marina@aurora.example", "/o/loja-aurora/console/teams/"),
}


@pytest.fixture(scope="module")
def conversation(stack):
    """A conversation with a line, as the simulator's customer wrote it."""
    stack.control("inbound", {"customer": "4", "type": "text", "text": {"body": "Bom dia!"}, "wait": True})
    query = "SELECT conversation_id FROM conversations_message WHERE text = 'Bom dia!' AND direction = 'in'"
    wait_until(lambda: stack.rows(query), 30, "the message did not arrive")
    return f"/o/loja-aurora/desk/conversations/{stack.rows(query)[0][0]}/"


@pytest.mark.parametrize(("email", "path"), PAGES.values(), ids=PAGES)
def test_no_violations(stack, log_in, open_context, conversation, email, path):
    page = log_in(email) if email else open_context().new_page()
    page.goto(stack.url + path.format(conversation=conversation), wait_until="networkidle")
    assert violations_of_both(page) == []


def test_negative_control_axe_sees_a_nameless_button(open_context):
    page = open_context().new_page()
    page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><button></button></main></html>")
    assert any("button-name" in each for each in violations(page))


def test_negative_control_axe_sees_what_only_the_dark_theme_hides(open_context):
    page = open_context().new_page()
    style = "<style>:root { background: #fff; color: #222 } [data-bs-theme=dark] { background: #444 }</style>"
    page.set_content(f"<html lang='en'><title>x</title>{style}<main><h1>x</h1><p>words</p></main></html>")
    assert {each.partition(":")[0] for each in violations_of_both(page)} == {"dark"}
