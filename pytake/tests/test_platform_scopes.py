"""Where the code looks across companies: a short list, each with its reason; a new one has to be added here."""

import ast
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def call_sites(source: str) -> list[str]:
    """The reasons of a file's platform scopes; an empty text where none is written as text."""
    calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
    scopes = [node for node in calls if getattr(node.func, "id", getattr(node.func, "attr", "")) == "platform_scope"]
    return [_reason(node) for node in scopes]


def _reason(call: ast.Call) -> str:
    values = [keyword.value for keyword in call.keywords if keyword.arg == "reason"]
    return str(values[0].value) if values and isinstance(values[0], ast.Constant) else ""


def found() -> Counter[tuple[str, str]]:
    sites: Counter[tuple[str, str]] = Counter()
    for path in sorted((ROOT / "apps").rglob("*.py")):
        if "tests" not in path.parts:
            sites.update((str(path.relative_to(ROOT / "apps")), reason) for reason in call_sites(path.read_text()))
    return sites


KNOWN: dict[tuple[str, str], int] = {
    ("conversations/consumers.py", "live sockets of all tenants are checked together"): 1,
    ("conversations/fetching.py", "media of all tenants are fetched; rows are claimed by id"): 1,
    ("conversations/sending/courier.py", "the courier delivers for all tenants; the row was claimed by id"): 1,
    ("notifications/tasks.py", "old notifications of all tenants are dropped together"): 1,
    ("ops/gauges.py", "operators see how much waits, not whose it is"): 1,
    ("organizations/invitations.py", "the token of an invitation decides which tenant is joined"): 1,
    ("organizations/middleware.py", "the membership decides which tenant may be entered"): 1,
    ("organizations/middleware.py", "staff work across tenants in the back-office"): 1,
    ("organizations/selectors.py", "a user chooses among the organisations they belong to"): 1,
    ("routing/distributing.py", "one wake-up looks at the automatic queues of all tenants"): 1,
    ("routing/reviewing.py", "queues of all tenants wait for their review; each tenant is then entered"): 1,
    ("routing/sweeping.py", "the clock passes for all tenants; each is then entered"): 1,
    ("routing/whatif/running.py", "scenarios of all tenants wait in one line; each is then entered"): 1,
    ("teams/services.py", "a process has sockets of all tenants; rows are named by membership"): 1,
    ("teams/services.py", "the clock passes for all tenants alike"): 1,
    ("vault/rotation.py", "data keys of all organisations are rotated together"): 1,
    ("vault/rotation.py", "the master key is one for the whole installation"): 1,
    ("vault/sealing.py", "an organisation's data key is needed by the webhook door and workers"): 1,
    ("whatsapp/connect/attempts.py", "abandoned connections of all tenants are forgotten together"): 1,
    ("whatsapp/connect/numbers.py", "an account or number belongs to one company in the whole installation"): 1,
    ("whatsapp/drain.py", "a delivery names its number; the number names the tenant"): 1,
    ("whatsapp/template_sync.py", "templates of all tenants follow Meta; the account was claimed by id"): 1,
    ("whatsapp/signers.py", "the door must check signatures before it can know the tenant"): 1,
}


def test_every_look_across_companies_is_listed():
    assert dict(found()) == KNOWN


def test_every_one_says_why():
    assert [site for site in found() if len(site[1]) < 20] == []


def test_the_guard_sees_a_new_one():
    assert call_sites('with tenancy.platform_scope(reason="because"): ...') == ["because"]
    assert call_sites("with platform_scope(reason=why): ...") == [""]
