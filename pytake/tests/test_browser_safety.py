"""Guarantee: whatever anybody writes, no page runs it. Every text of a company is hostile; every page is parsed by
Chromium with the Content-Security-Policy switched off, so that escaping alone must hold."""

import json
from urllib.parse import urlsplit

import pytest

from pytake.tests.hostile import PAYLOADS

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
MAKE = """
import json
from django.contrib.auth.hashers import make_password
from apps.accounts.models import User
from apps.chatbots.models import Flow
from apps.chatbots.tests.flows import flow_of
from apps.conversations.models import Conversation, ScheduledMessage, Survey, SurveyPolicy, Unsent
from apps.core.clock import now
from apps.organizations.tenancy import tenant_scope
from pytake.tests.hostile import PAYLOADS, poison
from pytake.tests.test_tenancy_urls import TENANT, World
world = World()
pages = {name: world.url(name) for name in TENANT}
with tenant_scope(world.organization):
    chat, all_of_them = Conversation.objects.get(), " ".join(PAYLOADS)
    Unsent.objects.create(conversation=chat, member=world.owner)
    ScheduledMessage.objects.create(conversation=chat, author=world.owner, due_at=now())
    SurveyPolicy.objects.get_or_create()
    Survey.objects.create(conversation=chat, agent=world.owner)
    steps = [("start", {}), ("message", {"text": all_of_them}), ("question", {"text": all_of_them, "variable": "x"})]
    graph = flow_of(steps, comments=[{"id": "c1", "text": all_of_them, "x": 0, "y": 0, "w": 200, "h": 200}])
    for number, node in enumerate(graph["nodes"]):
        node["label"] = PAYLOADS[number][:40]
    Flow.objects.update(draft=graph)
placed = {name: sorted(found) for name, found in poison(world.organization).items()}
owner = User.objects.filter(pk=world.owner.user_id)
owner.update(password=make_password("Aurora2026"), full_name="<img src=x onerror=hit()>")
print(json.dumps({"email": world.owner.user.email, "pages": pages, "placed": placed}))
"""
# The document without its own scripts and styles, parsed and shown in a frame; then what would run when it is used.
LOOK = """async (path) => {
  const answer = await fetch(path, { headers: { Accept: "text/html" } });
  const kind = answer.headers.get("content-type") ?? "";
  if (!answer.ok || !kind.startsWith("text/html")) return null;
  const own = /<script[^>]* src="\\/static[^>]*><\\/script>|<link[^>]* href="\\/static[^>]*>/g;
  const html = (await answer.text()).replace(own, "");
  const frame = document.createElement("iframe");
  frame.width = frame.height = 800;
  frame.srcdoc = html;
  const loaded = new Promise((resolve) => { frame.onload = resolve; });
  document.body.append(frame);
  await loaded;
  const found = WAITING(frame.contentDocument);
  frame.remove();
  return { hostile: html.includes("hit()"), found };
}"""
WAITING = """(root) => {
  const runs = ({ name, value }) => /^(on|hx-on|data-hx-on)/.test(name) || (name === "srcdoc" && value.includes("hit"))
    || (["href", "src", "action", "formaction", "xlink:href", "data"].includes(name)
      && /^[\\s\\x00-\\x1f]*(javascript|data:text)/i.test(value));
  return [...root.querySelectorAll("*")].flatMap((element) => [...element.attributes].filter(runs)
    .map(({ name, value }) => `${element.tagName} ${name}=${value.slice(0, 80)}`));
}"""


@pytest.fixture(scope="module")
def hostile(stack):
    """{email, pages: {route: address}, placed: {field: payloads}} of a company whose every text is hostile."""
    return json.loads(stack.manage("shell", "-v", "0", "-c", MAKE).strip().splitlines()[-1])


@pytest.fixture
def victim(stack, hostile, log_in):
    """The owner's page, with no policy that could hide a failure; `page.hits` says what ran."""
    page = log_in(hostile["email"], bypass_csp=True)
    page.hits = []
    page.expose_function("hit", lambda *_: page.hits.append(page.url))
    page.on("dialog", lambda dialog: (page.hits.append(dialog.message), dialog.dismiss()))
    page.goto(f"{stack.url}/accounts/profile/")
    return page


def test_no_text_of_any_field_runs_on_any_page(stack, hostile, victim):
    written = [payload for found in hostile["placed"].values() for payload in found]
    assert set(written) == set(PAYLOADS)
    assert len(PAYLOADS) >= 50
    assert len(hostile["placed"]) >= 80, sorted(hostile["placed"])
    looked, wrong = {}, {}
    for name, path in hostile["pages"].items():
        seen = victim.evaluate(LOOK.replace("WAITING", f"({WAITING})"), path)
        if seen:
            looked[name] = seen["hostile"]
            if seen["found"] or victim.hits:
                wrong[name] = [*seen["found"], *victim.hits]
                victim.hits.clear()
    assert wrong == {}
    assert len(looked) >= 60
    assert sum(looked.values()) >= 40


def test_no_text_runs_where_scripts_draw_it(stack, hostile, victim):
    """The inbox, the canvas, the replay and the finder build pages of what the server sends."""
    for name in ("desk:conversation", "chatbots:flow", "chatbots:session", "console:scenario", "desk:stats"):
        victim.goto(stack.url + urlsplit(hostile["pages"][name]).path)
        victim.wait_for_load_state("networkidle")
        assert victim.evaluate(WAITING, victim.evaluate_handle("document")) == [], name
    assert victim.hits == []


def test_negative_control_what_is_not_escaped_runs_and_is_seen(victim):
    victim.evaluate("html => { document.body.innerHTML = html }", "".join(PAYLOADS[:30]))
    victim.wait_for_function("() => document.querySelectorAll('img[onerror]').length > 3")
    assert len(victim.evaluate(WAITING, victim.evaluate_handle("document"))) >= 8
    victim.expose_function("ran", lambda: len(victim.hits))
    victim.wait_for_function("async () => await ran() > 3")
