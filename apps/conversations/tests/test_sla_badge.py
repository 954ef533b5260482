"""The SLA badge in list rows and heads: what it says, when it is there, and that rows in the cache follow it."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from django.utils import translation

from apps.conversations.listing import as_rows, values_of
from apps.conversations.models import Conversation
from apps.conversations.rendering import render_sla, rows_html
from apps.conversations.templatetags.inbox import sla_badge, time_to

NOW = datetime(2026, 11, 18, 15, 0, tzinfo=UTC)


@pytest.fixture
def at_noon():
    with time_machine.travel(NOW, tick=False), translation.override("en"):
        yield


@pytest.mark.parametrize(
    ("minutes", "words"), [(0, "0m"), (12, "12m"), (185, "3h 05m"), (3120, "2d 4h"), (-3, "+3m"), (-65, "+1h 05m")]
)
def test_what_is_left_in_few_letters(at_noon, minutes, words):
    assert time_to(NOW + timedelta(minutes=minutes)) == words


def test_a_badge_tells_its_promise_and_moment_to_who_does_not_see_it(at_noon):
    html = sla_badge("risk", "first_answer", NOW + timedelta(minutes=5))
    assert 'class="pill sla sla-risk"' in html
    assert "SLA at risk: first answer due at" in html
    assert '<span data-left aria-hidden="true">5m</span>' in html
    assert sla_badge("paused", "", None) == sla_badge("idle", "", None) == ""


@pytest.mark.django_db
def test_a_row_and_the_head_show_the_state_that_is_stored_and_none_elsewhere(house):
    chat = house.chat()

    def row():
        values = as_rows(values_of(Conversation.objects.filter(pk=chat.pk)))
        return rows_html(values, house.organization.slug)[0]

    assert "pt-sla" not in row()
    due = datetime.now(UTC) + timedelta(minutes=3)
    Conversation.objects.filter(pk=chat.pk).update(sla_state="breached", sla_kind="resolution", sla_due_at=due)
    assert 'class="pill sla sla-breached"' in row()
    chat.refresh_from_db()
    assert f'id="sla-{chat.pk}"' in render_sla(chat)
    assert 'data-state="breached"' in render_sla(chat)
    page = house.client().get(house.url("desk:conversation", conversation_id=chat.pk)).content.decode()
    assert page.count('data-testid="sla"') == 2
    board = house.client().get(house.url("desk:dashboard")).content.decode()
    assert 'data-testid="sla-list"' in board
