"""Nothing that can be posted makes the parser raise; what is broken is set aside and its siblings go through."""

import json
import time

import orjson
import pytest

from apps.whatsapp.payloads import decode, parse_delivery
from apps.whatsapp.tests.samples import METADATA, body, message, messages_value, status, text_body

GOOD = message("text", {"body": "bom"}, id="good")
HOPELESS = {
    "empty": b"",
    "text": b"hello",
    "nan": b"NaN",
    "list": b"[]",
    "null": b"null",
    "number": b"1" * 5000,
    "deep list": b"[" * 100_000,
    "deep closed": b"[" * 100_000 + b"]" * 100_000,
    "deep object": b'{"a":' * 100_000 + b"1" + b"}" * 100_000,
    "three megabytes": b"x" * 3_000_000,
    "nine megabytes": b'{"a":"' + b"x" * 9_000_000 + b'"}',
    "no entry": b"{}",
    "entry is NaN": b'{"entry":NaN}',
    "entry is text": b'{"entry":"x"}',
    "entry of numbers": b'{"entry":[1,null,"x",[]]}',
    "no changes list": b'{"entry":[{"id":"1","changes":{}}]}',
    "no id": b'{"entry":[{"changes":[]}]}',
    "half": text_body()[:-20],
    "nul bytes": b"\0" * 100,
    "not utf-8": b"\xff\xfe\xfd",
}


@pytest.mark.parametrize("name", HOPELESS)
def test_hopeless_bodies_are_one_broken_delivery(name):
    delivery = parse_delivery(HOPELESS[name])
    assert delivery.entries == ()
    assert delivery.broken
    assert all(b.path.startswith("$") and b.reason for b in delivery.broken)


@pytest.mark.parametrize(
    "broken",
    [
        None,
        7,
        {},
        {**GOOD, "id": None},
        {**GOOD, "id": "with space"},
        {**GOOD, "id": "x" * 300},
        {**GOOD, "timestamp": "soon"},
        {**GOOD, "timestamp": 10**30},
        {**GOOD, "timestamp": "9" * 5000},
        {**GOOD, "timestamp": "nan"},
        {**GOOD, "text": None},
        {**GOOD, "text": {"body": 5}},
        {**GOOD, "type": {}},
        {**GOOD, "from": "someone", "from_user_id": None},
        message("location", {"latitude": "north", "longitude": 1}),
        message("reaction", {"emoji": "x"}),
        message("revoke", {}),
        message("contacts", []),
        message("system", {"type": "user_changed_number"}) | {"from": None, "from_user_id": None},
    ],
)
def test_a_broken_message_is_set_aside_and_its_siblings_go_through(broken):
    delivery = parse_delivery(body(messages_value(GOOD, broken, {**GOOD, "id": "last"})))
    assert [m.wamid for m in delivery.entries[0].messages] == ["good", "last"]
    assert len(delivery.broken) == 1
    assert delivery.broken[0].path.startswith("$.entry[0].changes[0].value.messages[1]")
    assert delivery.broken[0].phone_number_id == METADATA["phone_number_id"]


def test_a_broken_entry_change_or_status_leaves_the_others():
    root = json.loads(text_body())
    root["entry"][0]["changes"] = [5, {"field": "messages"}, {"value": {}}, *root["entry"][0]["changes"]]
    root["entry"] = [None, {"id": {}}, *root["entry"]]
    delivery = parse_delivery(json.dumps(root).encode())
    assert len(delivery.entries) == 1
    assert len(delivery.broken) == 5
    statuses = [{**status("read"), "status": None}, status("read")]
    delivery = parse_delivery(body({"metadata": METADATA, "statuses": statuses}))
    assert (len(delivery.entries[0].statuses), len(delivery.broken)) == (1, 1)


@pytest.mark.parametrize("piece", ["\\u0000", "\\ud800", "\\udfff\\ud800"])
def test_nul_and_lone_surrogates_become_replacement_characters(piece):
    raw = text_body("A@B").replace(b"A@B", f"A{piece}B".encode()).replace(b'"type"', f'"k{piece}": 1, "type"'.encode())
    delivery = parse_delivery(raw)
    assert delivery.broken == ()
    assert delivery.entries[0].messages[0].text.strip("AB").strip("\ufffd") == ""


def test_without_cleaning_the_nul_would_come_through(monkeypatch):
    """The negative control of the test above."""
    monkeypatch.setattr(decode, "_storable", lambda tree: tree)
    raw = text_body("A@B").replace(b"@", b"\\u0000")
    assert parse_delivery(raw).entries[0].messages[0].text == "A\0B"


def test_raw_bytes_that_are_no_utf_8_are_replaced():
    delivery = parse_delivery(text_body("A@B").replace(b"@", b"\xed\xa0\x80"))
    assert set(delivery.entries[0].messages[0].text) == {"A", "B", "\ufffd"}


@pytest.mark.parametrize("number", ["NaN", "-Infinity", "1e999", "1" * 5000, "9" * 30])
def test_impossible_numbers_leave_only_storable_values(number):
    raw = body({"event": "X", "amount": "@"}, "account_update").replace(b'"@"', number.encode())
    event = parse_delivery(raw).entries[0].account_event
    assert orjson.loads(orjson.dumps(event.data))["event"] == "X"


def test_deep_values_are_cut_so_that_storing_them_cannot_overflow():
    deep = "[" * 900 + "]" * 900
    raw = body({"event": "X", "deep": "@"}, "account_update").replace(b'"@"', deep.encode())
    assert json.dumps(parse_delivery(raw).entries[0].account_event.data).count("[") < 30


def test_a_million_broken_elements_stay_small():
    raw = b'{"entry":[' + b"1," * 1_000_000 + b"1]}"
    assert len(parse_delivery(raw).broken) == 1_000


def test_messages_never_share_their_content():
    batch = messages_value(GOOD, {**GOOD, "id": "b"})
    first, second = parse_delivery(body(batch)).entries[0].messages
    first.content["x"] = 1
    assert second.content == {}


def test_a_usual_delivery_is_parsed_in_well_under_a_millisecond():
    raw = text_body()
    started = time.process_time()
    for _ in range(500):
        parse_delivery(raw)
    assert (time.process_time() - started) / 500 < 0.0005
