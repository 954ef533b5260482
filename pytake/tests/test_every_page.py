"""axe on every page that a person can walk to in both panels and that no other test looks at, light and dark."""

import pytest

from pytake.tests.axe import violations_of_both
from pytake.tests.stack import meet, phone_of, wait_until

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("stack")]
BOSS = "marina@aurora.example"
PAGES = [
    "desk/queue/",
    "desk/conversations/?tab=all",
    "desk/canned/",
    "desk/notifications/",
    "desk/history/{closed}/",
    "console/conversations/",
    "console/inbox/tags/",
    "console/teams/departments/new/",
    "console/teams/departments/{department}/",
    "console/teams/queues/new/",
    "console/teams/queues/{queue}/",
    "console/teams/agents/",
    "console/teams/agents/{agent}/",
    "console/teams/skills/",
    "console/teams/skills/new/",
    "console/teams/hours/",
    "console/teams/hours/new/",
    "console/teams/sla/",
    "console/teams/sla/new/",
    "console/teams/holidays/",
    "console/teams/holidays/new/",
    "console/teams/what-if/",
    "console/numbers/{number}/",
    "console/settings/",
]
CLOSE = """
UPDATE conversations_conversation AS c SET state = 'closed', outcome = 'resolved', closed_at = now()
FROM conversations_message AS m WHERE m.conversation_id = c.id AND m.text = 'Era só isso' RETURNING 1
"""
IDS = """
SELECT q.department_id, q.id, m.id, n.id FROM teams_queue q, organizations_membership m, whatsapp_number n
WHERE m.role = 'agent' LIMIT 1
"""


def closed(stack):
    """A conversation that is over, of a customer of its own."""
    meet(stack, "35")
    stack.control(
        "inbound", {"customer": phone_of("35"), "type": "text", "text": {"body": "Era só isso"}, "wait": True}
    )
    wait_until(lambda: stack.rows(CLOSE), 30, "the message did not arrive")
    return str(stack.rows("SELECT conversation_id FROM conversations_message WHERE text = 'Era só isso'")[0][0])


def test_a_walk_through_all_pages_finds_no_violation(stack, log_in):
    names = ("department", "queue", "agent", "number")
    ids = dict(zip(names, map(str, stack.rows(IDS)[0]), strict=True)) | {"closed": closed(stack)}
    page, found = log_in(BOSS), []
    for path in PAGES:
        page.goto(f"{stack.url}/o/loja-aurora/{path.format(**ids)}")
        found += [f"{path} {each}" for each in violations_of_both(page)]
    assert found == []
