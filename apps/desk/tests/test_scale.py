"""Lists of what is over begin in an index, whatever the size of the company."""

import pytest

from django.db import connection

from apps.conversations.models import Conversation
from apps.core import periods
from apps.desk import history

pytestmark = pytest.mark.django_db
_FILL = """
INSERT INTO contacts_contact (id, organization_id, name, profile_name, phone, username, email, country, notes, is_vip,
  created_at)
SELECT gen_random_uuid(), %(organization)s, 'Cliente ' || n, '', '55119' || lpad(n::text, 8, '0'), '', '', '', '',
  false, now() FROM generate_series(1, 4000) n;
INSERT INTO conversations_conversation (id, organization_id, contact_id, number_id, assignee_id, state, version,
  unread_count, last_message_at, last_preview, last_kind, last_direction, last_status, created_at, closed_at, outcome,
  snooze_note)
SELECT gen_random_uuid(), %(organization)s, c.id, %(number)s, %(agent)s, 'closed', 1, 0, now(), '', '', '', '', now(),
  now() - (random() * 60) * interval '1 day', 'resolved', ''
FROM contacts_contact c, generate_series(1, 5) WHERE c.organization_id = %(organization)s;
INSERT INTO conversations_handling (id, organization_id, conversation_id, agent_id, started_at, ended_at, ending)
SELECT gen_random_uuid(), organization_id, id, assignee_id, closed_at - interval '5 minutes', closed_at, 'resolved'
FROM conversations_conversation WHERE organization_id = %(organization)s;
ANALYZE contacts_contact; ANALYZE conversations_conversation; ANALYZE conversations_handling;
"""


@pytest.fixture
def large(house):
    values = {"organization": house.organization.pk, "number": house.number.pk, "agent": house.agent.pk}
    with connection.cursor() as cursor:
        for statement in filter(str.strip, _FILL.split(";")):
            cursor.execute(statement, values)
    return house


def plans(django_assert_num_queries, read, number):
    with django_assert_num_queries(number) as captured:
        read()
    found = []
    for query in captured.captured_queries:
        with connection.cursor() as cursor:
            cursor.execute("EXPLAIN " + query["sql"])
            found.append("\n".join(row[0] for row in cursor.fetchall()))
    return found


def test_the_newest_closed_ones_of_all_and_of_mine_come_from_an_index(large, django_assert_num_queries):
    for role, everybody, index in [
        ("supervisor", True, "conversation_closed_list"),
        ("agent", False, "conversation_mine_closed"),
    ]:
        member = large.members[role]

        def read(member=member, everybody=everybody):
            history.closed_page(member, periods.QUARTER, everybody=everybody, words="", after="")

        assert index in plans(django_assert_num_queries, read, 1)[0]


def test_what_an_agent_completed_comes_from_an_index(large, django_assert_num_queries):
    def read():
        history.completed_page(large.agent, periods.QUARTER, ending="", after="")

    assert "handling_of_agent" in plans(django_assert_num_queries, read, 1)[0]


def test_negative_control_an_order_without_an_index_is_sorted(large, django_assert_num_queries):
    def read():
        list(Conversation.objects.filter(state="closed").order_by("-outcome", "-last_preview")[:20])

    assert "Sort" in plans(django_assert_num_queries, read, 1)[0]
