"""Parts of files, as players ask for them (RFC 9110 §13 and §14)."""

import pytest

from django.test import Client
from django.utils.http import http_date

from apps.media import access
from apps.media.tests.test_fetching import address, body, keep
from apps.organizations.tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db
TEXT = bytes(range(65, 91)) * 10  # 260 bytes, A to Z


@pytest.fixture
def get(client: Client):
    """GET of one stored text with the given headers."""
    member = MembershipFactory.create()
    access.register(lambda membership, stored: True)
    client.force_login(member.user)
    path = address(member, keep(member, TEXT, "a.txt", "text/plain").pk)

    def fetch(method: str = "get", **headers: str):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return getattr(client, method)(path, headers=named)

    return fetch


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-9", 0, 9),
        ("bytes=250-", 250, 259),
        ("bytes=250-99999", 250, 259),
        ("bytes=-10", 250, 259),
        ("bytes=-99999", 0, 259),
        ("bytes=0-", 0, 259),
        ("bytes=259-259", 259, 259),
    ],
)
def test_one_range_is_served(get, asked: str, start: int, end: int) -> None:
    response = get(range=asked)
    assert response.status_code == 206
    assert response["Content-Range"] == f"bytes {start}-{end}/260"
    assert response["Content-Length"] == str(end - start + 1)
    assert body(response) == TEXT[start : end + 1]


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "bytes=9-2",
        "bytes=-",
        "bytes=a-b",
        "items=0-5",
        "bytes=--5",
        "bytes 0-5",
        "bytes=" + "9" * 5000 + "-",
        "bytes=٣-٤",
        "",
    ],
)
def test_what_is_no_single_range_gets_the_whole(get, asked: str) -> None:
    response = get(range=asked)
    assert (response.status_code, body(response)) == (200, TEXT)
    assert response["Accept-Ranges"] == "bytes"


@pytest.mark.parametrize("asked", ["bytes=260-", "bytes=999999-9999999", "bytes=-0"])
def test_a_range_behind_the_end_cannot_be_satisfied(get, asked: str) -> None:
    response = get(range=asked)
    assert response.status_code == 416
    assert response["Content-Range"] == "bytes */260"
    assert response.content == b""


def status(response) -> int:
    body(response)
    return int(response.status_code)


def test_an_unchanged_file_is_not_sent_again(get) -> None:
    first = get()
    assert status(first) == 200
    assert status(get(if_none_match=first["ETag"])) == 304
    assert status(get(if_modified_since=first["Last-Modified"])) == 304
    assert status(get(if_none_match='"other"')) == 200
    assert status(get(if_match='"other"')) == 412


def test_a_file_not_sent_again_was_still_asked_for(get, monkeypatch: pytest.MonkeyPatch) -> None:
    first = get()
    assert status(first) == 200
    monkeypatch.setattr(access, "_checks", [])
    assert status(get(if_none_match=first["ETag"])) == 404


@pytest.mark.parametrize(
    ("same", "expected"),
    [("ETag", 206), ("Last-Modified", 206), ('"other"', 200), ("W/", 200), (http_date(0), 200), ("nonsense", 200)],
)
def test_a_part_is_only_continued_from_the_same_file(get, same: str, expected: int) -> None:
    first = get()
    assert status(first) == 200
    tag = f"W/{first['ETag']}" if same == "W/" else first.headers.get(same, same)
    assert status(get(range="bytes=0-9", if_range=tag)) == expected


@pytest.mark.parametrize(("asked", "code", "length"), [("", 200, "260"), ("bytes=0-9", 206, "10")])
def test_head_tells_the_same_without_the_bytes(get, asked: str, code: int, length: str) -> None:
    response = get("head", range=asked)
    assert (response.status_code, response["Content-Length"], response.content) == (code, length, b"")
    assert response["Content-Disposition"].startswith("attachment")
