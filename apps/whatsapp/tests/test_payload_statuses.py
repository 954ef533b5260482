import pytest

from apps.whatsapp.payloads import Identity, StatusKind, parse_delivery
from apps.whatsapp.tests.samples import (
    ACCOUNT_EVENTS,
    BSUID,
    BUSINESS_PHONE,
    CALLBACK,
    METADATA,
    PHONE,
    QUOTED,
    SECONDS,
    WAMID,
    body,
    message,
    status,
    statuses_value,
)


def parse_change(value, field="messages", **extra):
    delivery = parse_delivery(body(value, field, **extra))
    assert delivery.broken == ()
    return delivery.entries[0]


def test_a_sent_status_brings_price_callback_and_recipient():
    raw = status(
        "sent",
        recipient_user_id=BSUID,
        biz_opaque_callback_data=CALLBACK,
        pricing={
            "billable": True,
            "pricing_model": "PMP",
            "type": "regular",
            "category": "authentication-international",
        },
        conversation={"id": "c1", "origin": {"type": "marketing"}, "expiration_timestamp": SECONDS},
    )
    contacts = [{"profile": {"name": "Maria"}, "wa_id": PHONE, "user_id": BSUID}]
    found = parse_change(statuses_value(raw, contacts=contacts)).statuses[0]
    assert (found.wamid, found.status, found.callback_id) == (QUOTED, StatusKind.SENT, CALLBACK)
    assert found.recipient == Identity(PHONE, BSUID, None, None, "Maria")
    assert (found.pricing.type, found.pricing.category, found.pricing.billable) == (
        "regular",
        "authentication_international",
        True,
    )
    assert (found.conversation.id, found.conversation.origin) == ("c1", "marketing")


def test_a_failed_status_has_errors_and_no_contacts():
    error = {"code": 131047, "title": "Re-engagement message", "error_data": {"details": "24 hours"}, "href": "/docs"}
    found = parse_change(statuses_value(status("failed", errors=[error]))).statuses[0]
    assert found.status is StatusKind.FAILED
    assert (found.errors[0].code, found.errors[0].details) == (131047, "24 hours")


def test_statuses_climb_and_never_fall():
    climbing = [StatusKind.SENT, StatusKind.FAILED, StatusKind.DELIVERED, StatusKind.READ, StatusKind.PLAYED]
    assert sorted(climbing, key=lambda s: s.rank) == climbing


def test_an_unknown_status_is_kept_apart():
    found = parse_change(statuses_value(status("deleted"))).statuses[0]
    assert (found.status, found.raw_status) == (StatusKind.OTHER, "deleted")


def test_a_group_status_names_group_and_participant():
    raw = status("read", recipient_type="group", recipient_participant_id=PHONE) | {"recipient_id": "g1"}
    found = parse_change(statuses_value(raw)).statuses[0]
    assert (found.group_id, found.recipient.wa_id) == ("g1", PHONE)


@pytest.mark.parametrize("value", ["stop", "resume", "signup"])
def test_marketing_preferences(value):
    raw = {"user_id": BSUID, "category": "marketing_messages", "value": value, "timestamp": 1769000000, "detail": "x"}
    found = parse_change({"metadata": METADATA, "user_preferences": [raw]}, "user_preferences").preferences[0]
    assert (found.person, found.value, found.category) == (Identity(None, BSUID), value, "marketing_messages")


def test_user_actions_and_account_errors_inside_messages():
    action = {"action_type": "marketing_messages_link_click", "timestamp": SECONDS}
    action["marketing_messages_link_click_data"] = {"click_id": "k"}
    change = parse_change({"metadata": METADATA, "user_actions": [action], "errors": [{"code": "130429"}]})
    assert change.user_actions[0].data == {"click_id": "k"}
    assert change.errors[0].code == 130429


def test_an_echo_knows_whom_the_business_wrote_to():
    raw = message("text", {"body": "oi"}) | {"from": BUSINESS_PHONE, "to": PHONE, "to_user_id": BSUID}
    found = parse_change({"metadata": METADATA, "message_echoes": [raw]}, "smb_message_echoes").echoes[0]
    assert (found.recipient, found.text) == (Identity(PHONE, BSUID), "oi")


def test_history_tells_both_directions():
    theirs = message("text", {"body": "oi"})
    ours = {"from": BUSINESS_PHONE, "id": "w2", "timestamp": SECONDS, "type": "text", "text": {"body": "olá"}}
    ours["history_context"] = {"status": "READ"}
    thread = {"id": PHONE, "context": {"username": "maria"}, "messages": [theirs, ours]}
    value = {"metadata": METADATA, "history": [{"metadata": {"phase": 0}, "threads": [thread]}]}
    found = parse_change(value, "history").history
    assert [(h.outgoing, h.message.text, h.status) for h in found] == [(False, "oi", ""), (True, "olá", "read")]
    assert {h.person for h in found} == {Identity(PHONE, None, None, "maria")}


def test_declined_history_is_an_error():
    value = {"metadata": METADATA, "history": [{"errors": [{"code": 2593109, "title": "declined"}]}]}
    assert parse_change(value, "history").errors[0].code == 2593109


@pytest.mark.parametrize("field", ACCOUNT_EVENTS)
def test_every_account_field_becomes_an_event(field):
    value, event, subject = ACCOUNT_EVENTS[field]
    found = parse_change(value, field, time=1769000000).account_event
    assert (found.field, found.event, found.subject) == (field, event, subject)
    assert found.occurred_at.year == 2026
    again = parse_change(value, field, time=1769000000).account_event
    later = parse_change(value, field, time=1769000001).account_event
    assert found.dedupe_key == again.dedupe_key != later.dedupe_key


def test_template_ids_are_text_and_languages_have_one_spelling():
    value = ACCOUNT_EVENTS["message_template_status_update"][0]
    data = parse_change(value, "message_template_status_update").account_event.data
    assert (data["message_template_id"], data["message_template_language"]) == ("594425479261596", "pt_BR")


def test_one_delivery_may_carry_messages_and_statuses():
    value = {**statuses_value(status("read")), "messages": [message("text", {"body": "oi"})]}
    change = parse_change(value)
    assert [change.messages[0].wamid, change.statuses[0].wamid] == [WAMID, QUOTED]


def paid(payment, **more):
    return {"id": WAMID, "type": "payment", "status": "CAPTURED", "timestamp": SECONDS, "payment": payment, **more}


def test_a_payment_is_told_beside_the_statuses_and_a_broken_one_is_set_aside():
    amount = {"value": 1050, "offset": 100}
    raw = paid({"reference_id": "abc", "amount": amount, "currency": "BRL"})
    found = parse_change(statuses_value(raw, status("sent")))
    assert [(each.reference, each.status, each.cents) for each in found.payments] == [("abc", "captured", 1050)]
    assert [each.status for each in found.statuses] == [StatusKind.OTHER, StatusKind.SENT]
    for other in (
        {"currency": "USD"},
        {"amount": {"value": "10", "offset": 100}},
        {"amount": {"value": 1, "offset": 1}},
    ):
        foreign = paid({"reference_id": "abc", "amount": amount, **other})
        assert parse_change(statuses_value(foreign)).payments[0].cents is None
    delivery = parse_delivery(body(statuses_value(paid({}), raw)))
    assert (len(delivery.broken), len(delivery.entries[0].payments)) == (1, 1)
