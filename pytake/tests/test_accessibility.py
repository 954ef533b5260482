"""axe finds no violation of WCAG A or AA on the pages of the main job, light and dark."""

import pytest
from axe_playwright_python.sync_playwright import Axe

from pytake.tests.stack import wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
RULES = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
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


def violations(page, context=None, rules=RULES) -> list[str]:
    """`context`: what axe looks at, as its own `include` and `exclude`; everything without it."""
    found = Axe().run(page, context=context, options=rules).response["violations"]
    return [f"{each['id']}: {node['html'][:160]}" for each in found for node in each["nodes"]]


def violations_of_both(page) -> list[str]:
    """Light and dark."""
    found = []
    for scheme in ("light", "dark"):
        page.emulate_media(color_scheme=scheme)
        page.evaluate("scheme => document.documentElement.setAttribute('data-bs-theme', scheme)", scheme)
        found += [f"{scheme}: {each}" for each in violations(page)]
    return found


@pytest.mark.parametrize(("email", "path"), PAGES.values(), ids=PAGES)
def test_no_violations(stack, log_in, open_context, conversation, email, path):
    page = log_in(email) if email else open_context().new_page()
    page.goto(stack.url + path.format(conversation=conversation), wait_until="networkidle")
    assert violations_of_both(page) == []


def test_negative_control_axe_sees_a_nameless_button(open_context):
    page = open_context().new_page()
    page.set_content("<html lang='en'><title>x</title><main><h1>x</h1><button></button></main></html>")
    assert any("button-name" in each for each in violations(page))
