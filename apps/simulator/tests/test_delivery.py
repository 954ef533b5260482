"""Webhooks: signature over the raw bytes, retries with the same bytes, batching, the handshake."""

import hashlib
import hmac
import json

import pytest

from apps.simulator.delivery import Event, render, sign
from apps.simulator.tests.conftest import SECRET, until

pytestmark = pytest.mark.asyncio


async def test_the_signature_matches_the_published_vectors() -> None:
    compact = b'{"object":"whatsapp_business_account","entry":[]}'
    spaced = b'{"object": "whatsapp_business_account", "entry": []}'
    assert sign(SECRET, compact) == "sha256=dec6a680679a968e7e0319355b23599cbfc54502c0784668e9618baa0c633756"
    assert sign(SECRET, spaced) == "sha256=56cbbaf4961c6cfdae48b7f116c047e5eb513d2c931baae63a2bc1afd26f803a"


async def test_every_post_is_signed_over_the_bytes_that_were_sent(lab) -> None:
    await lab.says(content="Ação & coração 💚")
    headers, raw = lab.receiver.posts[0]
    expected = hmac.new(SECRET.encode(), raw, hashlib.sha256).hexdigest()
    assert headers["X-Hub-Signature-256"] == f"sha256={expected}"
    assert headers["X-Hub-Signature-256"] != sign("another secret", raw)


async def test_a_refused_delivery_is_repeated_with_identical_bytes_until_200(lab) -> None:
    lab.receiver.answers.extend([500, 403, 302])
    await lab.says(content="Oi")
    posts = lab.receiver.posts
    assert len(posts) == 4
    assert len({raw for _, raw in posts}) == 1


async def test_an_accepted_delivery_is_not_repeated(lab) -> None:
    await lab.says(content="Oi")
    await lab.says(content="Tudo bem?")
    assert len(lab.receiver.posts) == 2


async def test_what_piles_up_leaves_as_one_batch_in_order(lab) -> None:
    specs = [{"customer": "1", "text": f"{i}", "wait": True} for i in range(30)]
    await lab.post("/control/inbound", specs)
    assert [m["text"]["body"] for m in lab.receiver.messages()] == [str(i) for i in range(30)]
    assert len(lab.receiver.posts) < 30


async def test_batches_group_changes_by_account() -> None:
    events = [Event("1", "messages", {"n": 1}), Event("1", "messages", {"n": 2}), Event("2", "flows", {}, 5)]
    body = json.loads(render(events))
    assert [entry["id"] for entry in body["entry"]] == ["1", "2"]
    assert [change["value"]["n"] for change in body["entry"][0]["changes"]] == [1, 2]
    assert body["entry"][1]["time"] == 5
    assert "time" not in body["entry"][0]


async def test_ascii_style_escapes_and_still_means_the_same() -> None:
    event = Event("1", "messages", {"text": "coração a/b"})
    plain, escaped = render([event]), render([event], "ascii")
    assert plain != escaped
    assert rb"\u00e7" in escaped
    assert rb"\/" in escaped
    assert json.loads(plain) == json.loads(escaped)


async def test_the_handshake_needs_the_right_token(lab) -> None:
    assert (await lab.post("/control/verify"))["ok"] is True
    wrong = await lab.post("/control/verify", {"verify_token": "nope"})
    assert wrong == {"ok": False, "status": 403}


async def test_raw_posts_can_be_forged_for_a_receiver_to_refuse(lab) -> None:
    for signature in ("good", "bad", "none"):
        await lab.post("/control/webhook", {"raw": "{}", "signature": signature})
    signatures = [headers.get("X-Hub-Signature-256") for headers, _ in lab.receiver.posts]
    assert signatures == [sign(SECRET, b"{}"), "sha256=" + "0" * 64, None]


async def test_account_fields_carry_the_time_and_messages_do_not(lab) -> None:
    answer = await lab.post("/control/webhook", {"field": "account_update", "value": {"event": "ACCOUNT_DELETED"}})
    await lab.says()
    entries = [json.loads(raw)["entry"][0] for _, raw in lab.receiver.posts]
    assert answer == {"status": 200}
    assert isinstance(entries[0]["time"], int)
    assert "time" not in entries[1]


async def test_an_unsubscribed_account_gets_no_webhooks(lab) -> None:
    await lab.graph("DELETE", "102290129340398/subscribed_apps")
    await lab.says()
    assert lab.receiver.posts == []
    await lab.graph("POST", "102290129340398/subscribed_apps", {})
    await lab.says()
    await until(lambda: lab.receiver.posts)
