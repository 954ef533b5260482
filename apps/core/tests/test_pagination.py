"""Keyset pages: every row once, in order, whatever is equal, whatever arrives meanwhile, whatever the cursor says."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.pagination import keyset, moment
from apps.organizations.models import Organization
from apps.organizations.tests.factories import OrganizationFactory

pytestmark = pytest.mark.django_db
ORDER = ("-created_at", "-id")
PARSE = (moment, uuid.UUID)
MOMENT = datetime(2026, 1, 1, 12, tzinfo=UTC)


def page(after="", size=2, rows=None):
    rows = Organization.objects.all() if rows is None else rows
    return keyset(rows, ORDER, after, size, parse=PARSE)


def make(*minutes):
    """Companies made so many minutes after noon; equal minutes differ only by their id."""
    made = [OrganizationFactory() for _ in minutes]
    for company, minute in zip(made, minutes, strict=True):
        Organization.objects.filter(pk=company.pk).update(created_at=MOMENT + timedelta(minutes=minute))
    return made


def walk(size):
    found, cursor = [], ""
    for _ in range(100):
        current = page(cursor, size)
        found.append([row.pk for row in current.rows])
        cursor = current.next_cursor
        if not cursor:
            return found
    raise AssertionError("the pages never end")


@pytest.mark.parametrize("size", [1, 2, 3, 7, 8])
def test_all_pages_together_are_all_rows_once_in_order(size):
    make(3, 1, 1, 1, 2, 2, 0)
    pages = walk(size)
    assert [pk for part in pages for pk in part] == list(
        Organization.objects.order_by(*ORDER).values_list("pk", flat=True)
    )
    assert all(len(part) == size for part in pages[:-1])


def test_the_last_page_has_no_cursor_also_when_it_is_full():
    make(1, 2)
    assert page(size=2).next_cursor == ""
    assert page(size=1).next_cursor != ""


def test_an_empty_table_is_one_empty_page():
    assert (page().rows, page().next_cursor) == ([], "")


def test_what_arrives_while_somebody_reads_moves_nothing():
    make(1, 2, 3, 4)
    first = page()
    make(9)
    second = page(first.next_cursor)
    seen = {row.pk for row in (*first.rows, *second.rows)}
    assert len(seen) == 4


@pytest.mark.parametrize(
    "cursor",
    [
        "nonsense",
        "~",
        "~~",
        "2026-01-01T12:00:00+00:00",
        "2026-01-01T12:00:00+00:00~not-a-uuid",
        "2026-13-45~0198c7a2-6d3e-7d1b-9a53-0c2f7b1e4a10",
        "2026-01-01T12:00:00+00:00~0198c7a2-6d3e-7d1b-9a53-0c2f7b1e4a10~more",
        "\x00~\x00",
        "2026-01-01T12:00:00~0198c7a2-6d3e-7d1b-9a53-0c2f7b1e4a10",
        "0001-01-01T00:00:00+23:59~0198c7a2-6d3e-7d1b-9a53-0c2f7b1e4a10",
        "9999-12-31T23:59:59-23:59~0198c7a2-6d3e-7d1b-9a53-0c2f7b1e4a10",
        "' OR 1=1 --",
    ],
)
def test_a_cursor_that_nobody_gave_out_is_no_error(cursor):
    make(1, 2, 3)
    assert len(page(cursor).rows) <= 2


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_no_text_whatsoever_breaks_a_page(cursor):
    page(cursor)


def test_one_column_is_enough_to_page_by():
    made = sorted((company.pk for company in make(1, 2, 3)), reverse=True)
    first = keyset(Organization.objects.all(), ("-id",), "", 2, parse=(uuid.UUID,))
    rest = keyset(Organization.objects.all(), ("-id",), first.next_cursor, 2, parse=(uuid.UUID,))
    assert [row.pk for row in (*first.rows, *rest.rows)] == made


def test_a_page_is_one_query_that_counts_nothing():
    make(1, 2, 3)
    with CaptureQueriesContext(connection) as captured:
        page(page().next_cursor)
    assert len(captured) == 2
    assert not any("COUNT(" in query["sql"] for query in captured)
