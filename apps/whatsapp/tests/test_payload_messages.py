from datetime import UTC, datetime

import pytest

from apps.whatsapp.payloads import MessageKind, parse_delivery
from apps.whatsapp.tests.samples import (
    BSUID,
    NUMBER,
    PHONE,
    QUOTED,
    WABA,
    WAMID,
    body,
    message,
    messages_value,
    text_body,
)

MEDIA = {"id": "915", "mime_type": "image/jpeg", "sha256": "abc=", "url": "https://lookaside.fbsbx.com/x"}


def parse_one(kind, value=None, **extra):
    delivery = parse_delivery(body(messages_value(message(kind, value, **extra))))
    assert delivery.broken == ()
    return delivery.entries[0].messages[0]


def test_a_text_message_carries_everything_ingest_needs():
    change = parse_delivery(text_body("Olá")).entries[0]
    assert (change.waba_id, change.field, change.phone_number_id) == (WABA, "messages", NUMBER)
    found = change.messages[0]
    assert (found.wamid, found.kind, found.text) == (WAMID, MessageKind.TEXT, "Olá")
    assert (found.sender.wa_id, found.sender.bsuid, found.sender.profile_name) == (PHONE, BSUID, "Maria da Silva")
    assert found.timestamp == datetime.fromtimestamp(1769000000, UTC)


def test_milliseconds_are_understood():
    assert parse_one("text", {"body": "a"}, timestamp="1769000000123").timestamp.year == 2026


@pytest.mark.parametrize("kind", ["image", "video", "document", "sticker", "audio"])
def test_media_messages_carry_a_reference(kind):
    found = parse_one(kind, {**MEDIA, "caption": "foto", "filename": "a.jpg", "animated": True})
    assert found.kind == kind
    assert (found.media.id, found.media.mime, found.media.sha256) == ("915", "image/jpeg", "abc=")
    assert (found.text, found.media.caption, found.media.filename, found.media.animated) == (
        "foto",
        "foto",
        "a.jpg",
        True,
    )


@pytest.mark.parametrize(("kind", "value"), [("audio", {**MEDIA, "voice": True}), ("voice", MEDIA)])
def test_voice_notes_in_both_spellings(kind, value):
    found = parse_one(kind, value)
    assert found.kind is MessageKind.AUDIO
    assert found.media.voice


def test_media_that_did_not_arrive_keeps_the_message_and_its_error():
    found = parse_one("image", errors=[{"code": 131052, "details": "too big", "title": "Media download error"}])
    assert found.media is None
    assert (found.errors[0].code, found.errors[0].details) == (131052, "too big")


def test_location_is_numbers_and_a_readable_text():
    found = parse_one("location", {"latitude": -23.5, "longitude": "-46.6", "name": "Loja", "address": "Rua A, 1"})
    assert found.content == {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": "Rua A, 1"}
    assert found.text == "Loja, Rua A, 1"


def test_contact_cards_with_and_without_a_name():
    cards = [
        {"name": {"formatted_name": "Ana"}, "phones": []},
        {"phones": [{"phone": "+55 11"}], "origin": "contact_request"},
    ]
    found = parse_one("contacts", cards)
    assert found.text == "Ana, +55 11"
    assert found.content["contacts"][1]["origin"] == "contact_request"


def test_template_button():
    found = parse_one("button", {"payload": "SIM", "text": "Sim, quero"}, context={"from": "1", "id": QUOTED})
    assert (found.kind, found.text, found.content["payload"]) == (MessageKind.BUTTON, "Sim, quero", "SIM")
    assert found.context.wamid == QUOTED


@pytest.mark.parametrize(
    ("kind", "inner", "expected", "text"),
    [
        ("button_reply", {"id": "b1", "title": "Sim"}, MessageKind.BUTTON_REPLY, "Sim"),
        ("list_reply", {"id": "r1", "title": "Azul", "description": "claro"}, MessageKind.LIST_REPLY, "Azul"),
        ("nfm_reply", {"name": "flow", "body": "Sent", "response_json": '{"a":1}'}, MessageKind.FLOW_REPLY, "Sent"),
        ("call_permission_reply", {"response": "accept"}, MessageKind.CALL_PERMISSION_REPLY, "accept"),
        ("button_reply", None, MessageKind.INTERACTIVE, ""),
        ("something_new", {"x": 1}, MessageKind.INTERACTIVE, ""),
    ],
)
def test_interactive_answers(kind, inner, expected, text):
    value = {"type": kind, **({kind: inner} if inner else {})}
    found = parse_one("interactive", value)
    assert (found.kind, found.text) == (expected, text)


@pytest.mark.parametrize(
    ("raw", "parsed"), [('{"a":1}', {"a": 1}), ("{oops", None), ("[1]", None), ('"\\u0000"', None)]
)
def test_the_answer_of_a_form_keeps_its_string_even_when_it_is_no_json(raw, parsed):
    found = parse_one("interactive", {"type": "nfm_reply", "nfm_reply": {"name": "flow", "response_json": raw}})
    assert (found.content["response_json"], found.content["response"]) == (raw, parsed)


@pytest.mark.parametrize(("value", "emoji"), [({"emoji": "👍"}, "👍"), ({}, ""), ({"emoji": ""}, "")])
def test_reactions_given_and_taken_back(value, emoji):
    found = parse_one("reaction", {"message_id": QUOTED, **value})
    assert (found.kind, found.target_wamid, found.text) == (MessageKind.REACTION, QUOTED, emoji)


def test_an_order_keeps_its_items():
    items = [{"product_retailer_id": "p1", "quantity": 2, "item_price": 10.5, "currency": "BRL"}]
    found = parse_one("order", {"catalog_id": "c", "text": "rápido", "product_items": items})
    assert (found.text, found.content["product_items"]) == ("rápido", items)


def test_an_edit_says_the_new_text_and_its_target():
    inner = {"context": {"id": "x"}, "type": "text", "text": {"body": "corrigido"}}
    found = parse_one("edit", {"original_message_id": QUOTED, "message": inner})
    assert (found.kind, found.text, found.target_wamid) == (MessageKind.EDIT, "corrigido", QUOTED)


def test_a_revoke_names_its_target():
    assert parse_one("revoke", {"original_message_id": QUOTED}).target_wamid == QUOTED


def test_unsupported_and_unknown_types_become_placeholders():
    found = parse_one("unsupported", {"type": "poll_creation"}, errors=[{"code": 131051, "title": "Unsupported"}])
    assert (found.kind, found.content, found.errors[0].code) == (
        MessageKind.UNSUPPORTED,
        {"type": "poll_creation"},
        131051,
    )
    found = parse_one("hologram", {"beams": 3})
    assert (found.kind, found.content) == (MessageKind.UNKNOWN, {"type": "hologram", "value": {"beams": 3}})


def test_context_forwarding_product_and_referral():
    found = parse_one(
        "text",
        {"body": "oi"},
        context={"id": QUOTED, "forwarded": True, "referred_product": {"catalog_id": "c", "product_retailer_id": "p"}},
        referral={"source_url": "https://fb.me/x", "source_type": "ad", "video_url": "https://v", "ctwa_clid": "q"},
    )
    assert (found.context.forwarded, found.context.catalog_id, found.context.product_id) == (True, "c", "p")
    assert (found.referral.source_type, found.referral.media_url, found.referral.ctwa_clid) == ("ad", "https://v", "q")


@pytest.mark.parametrize("referral", [{}, None, "ad"])
def test_an_advertisement_that_says_nothing_is_none(referral):
    assert parse_one("text", {"body": "a"}, referral=referral).referral is None
