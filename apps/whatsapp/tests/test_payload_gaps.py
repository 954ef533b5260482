"""What is missing or impossible in one part of a delivery is set aside with its place; its siblings go through."""

import pytest

from apps.whatsapp.payloads import Identity, parse_delivery, parser
from apps.whatsapp.tests.samples import (
    BSUID,
    BUSINESS_PHONE,
    METADATA,
    PHONE,
    SECONDS,
    WABA,
    body,
    message,
    messages_value,
    status,
    statuses_value,
)

TEXT = {"body": "oi"}
PREFERENCE = {"user_id": BSUID, "category": "marketing_messages", "value": "stop", "timestamp": SECONDS}
ACTION = {"action_type": "marketing_messages_link_click", "timestamp": SECONDS}
ECHO = message("text", TEXT) | {"from": BUSINESS_PHONE, "to": PHONE}


def without(raw, *keys):
    return {key: value for key, value in raw.items() if key not in keys}


def thread(**changes):
    return {"id": PHONE, "messages": [message("text", TEXT)], **changes}


# name -> (field, the list's key, broken element, whole element, where, why)
BROKEN = {
    "a preference without its value": (
        "messages",
        "user_preferences",
        without(PREFERENCE, "value"),
        PREFERENCE,
        ".value",
    ),
    "an action without its type": ("messages", "user_actions", without(ACTION, "action_type"), ACTION, ".action_type"),
    "an echo to nobody": ("smb_message_echoes", "message_echoes", without(ECHO, "to"), ECHO, ".to"),
    "a status without a name": ("messages", "statuses", status("read") | {"status": ""}, status("read"), ".status"),
    "a status without a time": (
        "messages",
        "statuses",
        without(status("read"), "timestamp"),
        status("read"),
        ".timestamp",
    ),
    "an element that is no object": ("messages", "statuses", "read", status("read"), ""),
}


@pytest.mark.parametrize(("field", "key", "broken", "whole", "place"), BROKEN.values(), ids=BROKEN)
def test_a_broken_element_is_set_aside_and_its_sibling_goes_through(field, key, broken, whole, place):
    delivery = parse_delivery(body({"metadata": METADATA, key: [broken, whole]}, field))
    (aside,) = delivery.broken
    assert aside.path == f"$.entry[0].changes[0].value.{key}[0]{place}"
    assert aside.reason
    (change,) = delivery.entries
    names = {"user_preferences": "preferences", "message_echoes": "echoes"}
    assert len(getattr(change, names.get(key, key))) == 1


def test_a_thread_of_nobody_is_set_aside_and_the_next_one_goes_through():
    nobody = thread(id="", context={"username": "maria"})
    value = {"metadata": METADATA, "history": [{"threads": [nobody, thread()]}]}
    delivery = parse_delivery(body(value, "history"))
    assert [aside.reason for aside in delivery.broken] == ["the thread names no person"]
    assert [old.person for old in delivery.entries[0].history] == [Identity(PHONE)]


def test_an_entry_without_changes_is_noted_and_the_next_one_goes_through():
    whole = parse_delivery(body(messages_value(message("text", TEXT))))
    raw = body(messages_value(message("text", TEXT))).replace(
        b'"entry": [', b'"entry": [{"id": "%s"}, ' % WABA.encode()
    )
    delivery = parse_delivery(raw)
    assert [(aside.path, aside.waba_id) for aside in delivery.broken] == [("$.entry[0].changes", WABA)]
    assert [change.messages for change in delivery.entries] == [change.messages for change in whole.entries]


@pytest.mark.parametrize("pricing", [{}, {"billable": True}, {"category": ""}, "free", None, []])
def test_a_price_without_its_category_is_no_price(pricing):
    (change,) = parse_delivery(body(statuses_value(status("sent", pricing=pricing)))).entries
    assert change.statuses[0].pricing is None


@pytest.mark.parametrize("conversation", [{}, {"id": ""}, {"origin": {"type": "marketing"}}, "c1", None])
def test_a_conversation_without_its_id_is_none(conversation):
    (change,) = parse_delivery(body(statuses_value(status("sent", conversation=conversation)))).entries
    assert change.statuses[0].conversation is None


@pytest.mark.parametrize("contact", [{}, {"profile": {"name": "Maria"}}, {"wa_id": "", "profile": {"name": "Maria"}}])
def test_a_contact_without_any_id_names_nobody(contact):
    (change,) = parse_delivery(body(messages_value(message("text", TEXT), contacts=[contact]))).entries
    assert change.messages[0].sender == Identity(PHONE, BSUID)


@pytest.mark.parametrize("error", [TypeError, KeyError, AttributeError, OverflowError, RecursionError, ValueError])
def test_whatever_a_reader_trips_over_is_set_aside(monkeypatch, error):
    def trip(raw, book):
        raise error("something nobody thought of")

    lists = tuple((key, name, trip if key == "statuses" else read) for key, name, read in parser.MESSAGE_LISTS)
    monkeypatch.setattr(parser, "MESSAGE_LISTS", lists)
    delivery = parse_delivery(body({**messages_value(message("text", TEXT)), "statuses": [status("read")]}))
    (aside,) = delivery.broken
    assert error.__name__ in aside.reason
    assert len(delivery.entries[0].messages) == 1


def test_negative_control_a_mistake_of_another_kind_is_not_hidden(monkeypatch):
    def trip(raw, book):
        raise ZeroDivisionError

    monkeypatch.setattr(parser, "MESSAGE_LISTS", (("statuses", "statuses", trip),))
    with pytest.raises(ZeroDivisionError):
        parse_delivery(body(statuses_value(status("read"))))
