"""Inbox and conversation pages of a large company beside those of a small one on the same server."""

from collections.abc import Callable
from statistics import median
from typing import Any

from apps.ops.stack.ports import free_port
from benchmarks.house import House
from benchmarks.pages import fetch, granian
from benchmarks.rounds import Goal, Row, interleave
from benchmarks.visitors import cookie

SMALL, LINES, USERS = 2_000, 20, 2

_PEOPLE = """
WITH fresh AS (
  SELECT n, uuidv7() AS contact, uuidv7() AS conversation, now() - n * interval '20 seconds' AS at
  FROM generate_series(%(first)s::int, %(last)s::int) n
), contacts AS (
  INSERT INTO contacts_contact (id, organization_id, name, profile_name, phone, username, email, country, notes, is_vip,
    created_at)
  SELECT contact, %(organization)s, '', 'Pessoa ' || n, '55319' || (10000000 + n), '', '', 'BR', '', false, at
  FROM fresh
)
INSERT INTO conversations_conversation (id, organization_id, contact_id, number_id, state, version, unread_count,
  last_message_at, last_preview, last_kind, last_direction, last_status, window_expires_at, created_at, outcome,
  closed_at)
SELECT conversation, %(organization)s, contact, %(number)s, CASE WHEN n %% 10 = 0 THEN 'open' ELSE 'closed' END, 1, 0,
  at,
  'Pedido ' || n, 'text', 'out', 'read', at + interval '24 hours', at,
  CASE WHEN n %% 10 = 0 THEN '' ELSE 'resolved' END,
  CASE WHEN n %% 10 = 0 THEN NULL ELSE at END
FROM fresh
"""
_LINES = """
INSERT INTO conversations_message (id, organization_id, conversation_id, contact_id, number_id, direction, kind, text,
  payload, wamid, target_wamid, client_id, media_state, reactions, status, error_detail, attempts, occurred_at,
  created_at, changed_at)
SELECT uuidv7(), c.organization_id, c.id, c.contact_id, c.number_id, CASE WHEN n %% 2 = 0 THEN 'in' ELSE 'out' END,
  'text', 'Mensagem ' || n || ' sobre o pedido', '{"type": "text"}', 'wamid.' || gen_random_uuid(), '',
  gen_random_uuid(), '', '{}', CASE WHEN n %% 2 = 0 THEN '' ELSE 'read' END, '', 1, c.last_message_at,
  c.last_message_at, c.last_message_at
FROM conversations_conversation c, generate_series(1, %(lines)s) n WHERE c.organization_id = %(organization)s
"""


def run(house: House) -> list[Row]:
    house.static()
    port = free_port()
    with house.connect() as connection:
        slugs = [_company(house, connection, name) for name in ("grande", "pequena")]
        pages = _fill(house, connection, slugs)
    server = granian(house, "pytake.wsgi:application", port)
    try:
        cookies = [cookie(house, 0)]
        found = []
        for what in ("inbox", "conversation"):
            large, small = pages["grande"][what], pages["pequena"][what]
            goal = Goal(f"{what} page: large beside small, p95", "ms", must=1.2, aim=1.05, more_is_better=False)
            ours, theirs = interleave(_p95(house, port, large, cookies), _p95(house, port, small, cookies))
            size = f"{house.amount(200_000, 20_000):,} conversations, {LINES} messages each, beside {SMALL:,}"
            found.append(Row(goal, median(ours), median(theirs), {"measured": ours, "reference": theirs}, size))
        return found
    finally:
        house.stop(server)


def _p95(house: House, port: int, path: str, cookies: list[str]) -> Callable[[], float]:
    return lambda: fetch(house, port, path, cookies, USERS)["p95"]


def _company(house: House, connection: Any, slug: str) -> str:
    """A second and third company of the demo's owner, with a number each."""
    connection.execute(
        "INSERT INTO organizations_organization SELECT (jsonb_populate_record(o, jsonb_build_object("
        "'id', gen_random_uuid(), 'slug', %s::text, 'name', %s::text))).* FROM organizations_organization o "
        "WHERE slug = %s",
        [slug, slug.title(), house.demo["organization"]["slug"]],
    )
    for table, unique in (
        ("organizations_membership", "'{}'::jsonb"),
        ("whatsapp_businessaccount", "jsonb_build_object('waba_id', %(slug)s::text)"),
        ("whatsapp_number", "jsonb_build_object('phone_number_id', %(slug)s::text)"),
    ):
        owner = "AND row.role = 'owner'" if table == "organizations_membership" else ""
        connection.execute(
            f"INSERT INTO {table} SELECT (jsonb_populate_record(row, {unique} || jsonb_build_object("
            "'id', gen_random_uuid(), 'organization_id', "
            "(SELECT id FROM organizations_organization WHERE slug = %(slug)s)"
            f"))).* FROM {table} row JOIN organizations_organization o ON o.id = row.organization_id "
            f"WHERE o.slug = %(demo)s {owner}",
            {"slug": slug, "demo": house.demo["organization"]["slug"]},
        )
    return slug


def _fill(house: House, connection: Any, slugs: list[str]) -> dict[str, dict[str, str]]:
    """Rows by INSERT … SELECT; the message table's slow indexes are built afterwards, in one go."""
    pages = {}
    indexes = connection.execute(
        "SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'conversations_message' "
        "AND indexdef NOT LIKE 'CREATE UNIQUE%'"
    ).fetchall()
    for name, _definition in indexes:
        connection.execute(f'DROP INDEX "{name}"')
    sizes = {"grande": house.amount(200_000, 20_000), "pequena": SMALL}
    for index, slug in enumerate(slugs):
        given = {"organization": _id(connection, "organizations_organization", slug), "lines": LINES}
        given["number"] = connection.execute(
            "SELECT id FROM whatsapp_number WHERE organization_id = %s", [given["organization"]]
        ).fetchone()[0]
        given |= {"first": index * 1_000_000, "last": index * 1_000_000 + sizes[slug] - 1}
        connection.execute(_PEOPLE, given)
        connection.execute(_LINES, given)
        one = connection.execute(
            "SELECT id FROM conversations_conversation WHERE organization_id = %s AND state = 'open' "
            "ORDER BY last_message_at OFFSET 50 LIMIT 1",
            [given["organization"]],
        ).fetchone()[0]
        inbox = f"/o/{slug}/desk/conversations/"
        pages[slug] = {"inbox": f"{inbox}?tab=all", "conversation": f"{inbox}{one}/"}
    connection.execute("SET maintenance_work_mem = '512MB'")
    for _name, definition in indexes:
        connection.execute(definition)
    connection.execute("VACUUM ANALYZE")
    return pages


def _id(connection: Any, table: str, slug: str) -> Any:
    return connection.execute(f"SELECT id FROM {table} WHERE slug = %s", [slug]).fetchone()[0]
