import pytest

from apps.whatsapp.payloads import Identity, parse_delivery
from apps.whatsapp.tests.samples import BSUID, PHONE, SECONDS, WAMID, body, message, messages_value

NEW_BSUID = "BR.99991208655302741918"
NEW_PHONE = "5521977776666"
NAMED = {"profile": {"name": "Zé", "username": "@ze.silva"}, "user_id": BSUID, "parent_user_id": "BR.ENT.1"}


def parse_sender(raw, contacts):
    delivery = parse_delivery(body(messages_value(raw, contacts=contacts)))
    assert delivery.broken == ()
    return delivery.entries[0].messages[0].sender


def test_a_person_with_a_username_has_no_phone():
    raw = {"from_user_id": BSUID, "id": WAMID, "timestamp": SECONDS, "type": "text", "text": {"body": "oi"}}
    assert parse_sender(raw, [NAMED]) == Identity(None, BSUID, "BR.ENT.1", "ze.silva", "Zé")


@pytest.mark.parametrize("address", [BSUID, "BR.ENT.13491208655302741918"])
def test_a_bsuid_in_the_phone_field_is_recognised(address):
    raw = {"from": address, "id": WAMID, "timestamp": SECONDS, "type": "text", "text": {"body": "oi"}}
    sender = parse_sender(raw, [{"wa_id": address, "profile": {"name": "Zé"}}])
    assert sender.wa_id is None
    assert address in (sender.bsuid, sender.parent_bsuid)


def test_each_message_of_a_batch_gets_its_own_contact():
    contacts = [{"wa_id": str(n), "user_id": f"BR.{n}", "profile": {"name": f"n{n}"}} for n in (551100001, 551100002)]
    batch = [
        {"from": "551100002", "id": "b", "timestamp": SECONDS, "type": "text", "text": {"body": "2"}},
        {"from": "551100001", "id": "a", "timestamp": SECONDS, "type": "text", "text": {"body": "1"}},
    ]
    found = parse_delivery(body(messages_value(*batch, contacts=contacts))).entries[0].messages
    assert [(m.text, m.sender.bsuid, m.sender.profile_name) for m in found] == [
        ("2", "BR.551100002", "n551100002"),
        ("1", "BR.551100001", "n551100001"),
    ]


def test_a_stranger_in_contacts_never_lends_their_name():
    sender = parse_sender(message("text", {"body": "oi"}), [{"wa_id": "551199990000", "profile": {"name": "Outro"}}])
    assert sender == Identity(PHONE, BSUID)


def test_names_are_cleaned():
    sender = parse_sender(
        message("text", {"body": "a"}), [{"wa_id": PHONE, "profile": {"name": "Ana\u202e \n\x07 Lima"}}]
    )
    assert sender.profile_name == "Ana Lima"


def system(value, **extra):
    raw = {"id": WAMID, "timestamp": SECONDS, "type": "system", "system": value, **extra}
    delivery = parse_delivery(body({**messages_value(raw), "contacts": None}))
    assert delivery.broken == ()
    return delivery.entries[0].messages[0]


def test_a_changed_number_links_old_and_new():
    value = {
        "type": "user_changed_number",
        "body": "x",
        "wa_id": NEW_PHONE,
        "user_id": NEW_BSUID,
        "previous_user_id": BSUID,
    }
    found = system(value, **{"from": PHONE})
    change = found.identity_change
    assert found.sender.wa_id == PHONE
    assert (change.previous_wa_id, change.wa_id, change.previous_bsuid, change.bsuid) == (
        PHONE,
        NEW_PHONE,
        BSUID,
        NEW_BSUID,
    )


def test_a_changed_user_id_without_any_phone():
    value = {"type": "user_changed_user_id", "user_id": NEW_BSUID, "previous_user_id": BSUID}
    found = system(value, from_user_id=BSUID)
    assert found.sender == Identity(None, BSUID)
    assert (found.identity_change.previous_bsuid, found.identity_change.bsuid) == (BSUID, NEW_BSUID)


def test_a_changed_user_id_that_only_its_body_tells():
    found = system({"type": "user_changed_user_id", "body": f"User Zé changed from {BSUID} to {NEW_BSUID}"})
    assert found.sender == Identity(None, BSUID)
    assert (found.identity_change.previous_bsuid, found.identity_change.bsuid) == (BSUID, NEW_BSUID)


def test_the_older_number_change():
    found = system({"type": "customer_changed_number", "new_wa_id": NEW_PHONE, "body": "x"}, **{"from": PHONE})
    assert (found.identity_change.previous_wa_id, found.identity_change.wa_id) == (PHONE, NEW_PHONE)


def test_an_identity_hash_change_is_no_change_of_ids():
    found = system({"type": "customer_identity_changed", "body": "x"}, **{"from": PHONE, "identity": {"hash": "h"}})
    assert found.identity_change is None
    assert found.content["identity"] == {"hash": "h"}
