"""The send door: answers, statuses, and what is refused at once."""

import pytest

from apps.simulator.tests.conftest import NUMBER, until

pytestmark = pytest.mark.asyncio


async def test_an_accepted_text_answers_as_meta_does_and_goes_sent_then_delivered(lab) -> None:
    await lab.says()
    status, body = await lab.send(biz_opaque_callback_data="own-id-1")
    wamid = body["messages"][0]["id"]
    assert status == 200
    assert body["contacts"] == [{"input": "+5511988881234", "wa_id": "5511988881234"}]
    assert wamid.startswith("wamid.")
    await until(lambda: lab.receiver.names(wamid) == ["sent", "delivered"])
    sent, delivered = lab.receiver.statuses(wamid)
    assert sent["biz_opaque_callback_data"] == delivered["biz_opaque_callback_data"] == "own-id-1"
    assert sent["recipient_id"] == "5511988881234"
    assert sent["recipient_user_id"].startswith("BR.")
    assert [v["contacts"][0]["wa_id"] for v in lab.receiver.values() if "statuses" in v] == ["5511988881234"] * 2


async def test_auto_read_reaches_read(lab) -> None:
    await lab.faults(auto_read=True)
    await lab.says()
    wamid = await lab.sent()
    await until(lambda: lab.receiver.names(wamid) == ["sent", "delivered", "read"])


async def test_the_ninth_digit_is_dropped_where_old_accounts_lost_it(lab) -> None:
    await lab.says("2")
    _, body = await lab.send(to="+5585998112040")
    assert body["contacts"] == [{"input": "+5585998112040", "wa_id": "558598112040"}]
    _, sao_paulo = await lab.send(to="+5511977776666")
    assert sao_paulo["contacts"][0]["wa_id"] == "5511977776666"


async def test_a_bsuid_is_a_recipient_of_its_own(lab) -> None:
    await lab.says("3")
    user_id = lab.receiver.messages()[0]["from_user_id"]
    body = {"messaging_product": "whatsapp", "recipient": user_id, "type": "text", "text": {"body": "Oi"}}
    status, answer = await lab.graph("POST", f"{NUMBER}/messages", body)
    assert status == 200
    assert answer["contacts"] == [{"input": user_id, "user_id": user_id}]
    wamid = answer["messages"][0]["id"]
    await until(lambda: len(lab.receiver.names(wamid)) == 2)
    assert all("recipient_id" not in status for status in lab.receiver.statuses(wamid))
    cards = [value["contacts"][0] for value in lab.receiver.values() if "statuses" in value]
    assert ["username" in card["profile"] for card in cards] == [False, True]


async def test_a_reaction_is_only_ever_sent(lab) -> None:
    theirs = await lab.says()
    wamid = await lab.sent("reaction", {"message_id": theirs, "emoji": "👍"})
    later = await lab.sent()
    await until(lambda: lab.receiver.names(later) == ["sent", "delivered"])
    assert lab.receiver.names(wamid) == ["sent"]


async def test_read_receipts_want_a_message_that_this_number_received(lab) -> None:
    theirs = await lab.says()
    body = {"messaging_product": "whatsapp", "status": "read", "message_id": theirs}
    assert await lab.graph("POST", f"{NUMBER}/messages", body) == (200, {"success": True})
    status, error = await lab.graph("POST", f"{NUMBER}/messages", {**body, "message_id": "wamid.unknown"})
    assert (status, error["error"]["code"]) == (400, 131009)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"messaging_product": "sms"}, 100),
        ({"to": ""}, 131008),
        ({"to": "123"}, 131009),
        ({"to": "+551140020100"}, 131021),
        ({"text": None}, 131008),
        ({"text": {"body": ""}}, 131008),
        ({"text": {"body": "x" * 4097}}, 100),
        ({"type": "hologram"}, 131051),
        ({"type": ["text"]}, 131051),
        ({"text": "not an object"}, 100),
        ({"to": None, "recipient": "not a bsuid"}, 131009),
        ({"to": None, "recipient": "BR.000000001"}, 131026),
        ({"biz_opaque_callback_data": "x" * 513}, 100),
        ({"type": "image", "image": {"id": "404"}}, 100),
        ({"type": "image", "image": {}}, 131008),
        ({"type": "audio", "audio": {"id": "1", "caption": "no"}}, 100),
        ({"type": "location", "location": {"latitude": 91, "longitude": 0}}, 131009),
        ({"type": "contacts", "contacts": [{"name": {"formatted_name": "Ana"}}]}, 131008),
        ({"type": "reaction", "reaction": {"message_id": "wamid.none", "emoji": "👍"}}, 131009),
    ],
)
async def test_a_wrong_send_is_refused_with_metas_code_and_shape(lab, change, code) -> None:
    good = {"messaging_product": "whatsapp", "to": "+5511988881234", "type": "text", "text": {"body": "Oi"}}
    _, body = await lab.graph("POST", f"{NUMBER}/messages", {**good, **change})
    error = body["error"]
    assert error["code"] == code
    assert error["message"].startswith(f"(#{code}) ")
    assert error["type"] == "OAuthException"
    assert error["error_data"]["messaging_product"] == "whatsapp"
    assert error["fbtrace_id"]


async def test_the_longest_text_is_accepted(lab) -> None:
    await lab.says()
    await lab.sent("text", {"body": "x" * 4096})


async def test_broken_json_and_unknown_paths_answer_in_the_same_shape(lab) -> None:
    status, body = await lab.graph("POST", f"{NUMBER}/messages", data=b"{")
    assert (status, body["error"]["code"]) == (400, 100)
    status, body = await lab.graph("GET", f"{NUMBER}/nothing")
    assert status == 404
    assert body["error"]["fbtrace_id"]


async def test_tokens_are_checked(lab) -> None:
    send = {"messaging_product": "whatsapp", "to": "+5511988881234", "text": {"body": "Oi"}}
    status, body = await lab.graph("POST", f"{NUMBER}/messages", send, token="wrong")
    assert (status, body["error"]["code"]) == (401, 190)
    status, body = await lab.graph("POST", f"{NUMBER}/messages", send, token=None)
    assert (status, body["error"]["code"]) == (401, 104)
    tokens = [
        {"value": "old", "expires_in": -1},
        {"value": "other", "waba_ids": ["999"]},
        {"value": "reader", "scopes": ["whatsapp_business_management"]},
    ]
    await lab.post("/control/state", {"tokens": tokens})
    codes = [
        (await lab.graph("POST", f"{NUMBER}/messages", send, token=t["value"]))[1]["error"]["code"] for t in tokens
    ]
    assert codes == [190, 200, 10]


async def test_usage_headers_are_on_every_answer(lab) -> None:
    async with lab.session.get(f"{lab.url}/v26.0/{NUMBER}?access_token=simulator-token") as response:
        assert response.status == 200
        assert "call_count" in response.headers["X-App-Usage"]
        assert "estimated_time_to_regain_access" in response.headers["X-Business-Use-Case-Usage"]
        assert response.headers["facebook-api-version"] == "v26.0"
