"""Whatever is generated, the parser survives it, and what it reads can be stored."""

import orjson
from hypothesis import given, settings
from hypothesis import strategies as st

from apps.whatsapp.payloads import parse_delivery
from apps.whatsapp.tests.samples import ACCOUNT_EVENTS, METADATA, body, message, messages_value

GOOD = message("text", {"body": "bom"}, id="good")
JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text() | st.just(METADATA),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KINDS = ["text", "image", "location", "contacts", "interactive", "reaction", "order", "system", "edit", "revoke", "x"]


@settings(max_examples=150, deadline=None)
@given(st.binary(max_size=400))
def test_any_bytes_are_survived(raw):
    parse_delivery(raw)


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(KINDS),
    JSON_VALUES,
    st.dictionaries(st.sampled_from([*GOOD, "context", "referral", "errors"]), JSON_VALUES),
)
def test_any_message_is_survived_and_what_is_read_can_be_stored(kind, value, changes):
    delivery = parse_delivery(body(messages_value(message(kind, value) | changes, GOOD)))
    assert delivery.entries[0].messages[-1].wamid == "good"
    for found in delivery.entries[0].messages:
        orjson.dumps([found.content, found.text, found.wamid, found.sender.profile_name])


@settings(max_examples=200, deadline=None)
@given(st.sampled_from([*ACCOUNT_EVENTS, "messages", "history", "user_preferences", "smb_message_echoes"]), JSON_VALUES)
def test_any_value_of_any_field_is_survived(field, value):
    parse_delivery(body(value, field))
    parse_delivery(body({"metadata": METADATA, "history": value, "messages": value, "message_echoes": value}, field))
