"""What customers do, as the business receives it."""

import base64

import pytest

from apps.simulator.tests.conftest import NUMBER, until

pytestmark = pytest.mark.asyncio

KINDS = {
    "text": "Oi",
    "image": {"sample": True, "caption": "Olha"},
    "audio": {"sample": True},
    "document": {"sample": True},
    "sticker": {"sample": True},
    "video": {"base64": base64.b64encode(b"film").decode(), "mime_type": "video/mp4"},
    "location": {"latitude": -23.5, "longitude": -46.6},
    "contacts": [{"name": {"formatted_name": "Ana"}}],
    "button": {"payload": "SIM", "text": "Sim"},
    "interactive": {"type": "button_reply", "button_reply": {"id": "a", "title": "Sim"}},
    "order": {"catalog_id": "1", "product_items": []},
    "unsupported": {"type": "poll_creation"},
}


@pytest.mark.parametrize("kind", KINDS)
async def test_every_type_arrives_with_its_object_and_its_sender(lab, kind) -> None:
    wamid = await lab.says(kind=kind, content=KINDS[kind])
    value = lab.receiver.values()[0]
    message = value["messages"][0]
    assert value["metadata"] == {"display_phone_number": "551140020100", "phone_number_id": NUMBER}
    assert value["contacts"][0]["profile"]["name"] == "Mariana Costa"
    assert (message["id"], message["type"], message["from"]) == (wamid, kind, "5511988881234")
    assert message[kind]
    assert message["timestamp"].isdigit()
    if kind in ("image", "audio", "document", "sticker", "video"):
        assert {"id", "mime_type", "sha256", "url"} <= set(message[kind])
    assert ("errors" in message) is (kind == "unsupported")


async def test_a_voice_note_says_so(lab) -> None:
    await lab.says(kind="audio", content={"sample": True})
    audio = lab.receiver.messages()[0]["audio"]
    assert audio["voice"] is True
    assert audio["mime_type"] == "audio/ogg; codecs=opus"


async def test_a_person_with_only_a_username_has_no_phone_fields(lab) -> None:
    await lab.says("3")
    value = lab.receiver.values()[0]
    assert "from" not in value["messages"][0]
    assert "wa_id" not in value["contacts"][0]
    assert value["contacts"][0]["profile"]["username"] == "lia.nogueira"
    assert value["messages"][0]["from_user_id"] == value["contacts"][0]["user_id"]


async def test_a_hidden_phone_shows_once_the_business_has_used_it(lab) -> None:
    person = {"phone": "5521966665555", "username": "bia", "name": "Bia"}
    await lab.says(person)
    assert "from" not in lab.receiver.messages()[0]
    await lab.sent(to="+5521966665555")
    await lab.says("+5521966665555")
    assert lab.receiver.messages()[-1]["from"] == "5521966665555"


async def test_one_bsuid_per_portfolio(lab) -> None:
    await lab.post(
        "/control/state",
        {
            "accounts": [{"id": "77", "business_id": "888"}, {"id": "78"}],
            "numbers": [
                {"id": "701", "waba_id": "77", "display_number": "+55 21 4002-0200"},
                {"id": "702", "waba_id": "78", "display_number": "+55 21 4002-0300"},
            ],
        },
    )
    await lab.says()
    await lab.says(phone_number_id="701")
    await lab.says(phone_number_id="702")
    ours, other_portfolio, same_portfolio = (m["from_user_id"] for m in lab.receiver.messages())
    assert ours == same_portfolio
    assert ours != other_portfolio


async def test_a_reply_names_what_it_answers(lab) -> None:
    await lab.says()
    wamid = await lab.sent()
    await lab.says(content="Respondi", context_id=wamid)
    assert lab.receiver.messages()[-1]["context"] == {"from": "551140020100", "id": wamid}


async def test_a_number_change_brings_a_new_phone_and_a_new_bsuid(lab) -> None:
    await lab.says()
    old = lab.receiver.messages()[0]
    await lab.says(kind="user_changed_number", content={"phone": "5511977778888"})
    value = lab.receiver.values()[-1]
    system = value["messages"][0]["system"]
    assert "contacts" not in value
    assert value["messages"][0]["from"] == old["from"]
    assert (system["type"], system["wa_id"]) == ("user_changed_number", "5511977778888")
    assert system["previous_user_id"] == old["from_user_id"] != system["user_id"]
    await lab.says("5511977778888")
    assert lab.receiver.messages()[-1]["from_user_id"] == system["user_id"]


async def test_a_bsuid_may_change_alone(lab) -> None:
    await lab.says("3", "user_changed_user_id", {})
    message = lab.receiver.messages()[0]
    assert message["from_user_id"] == message["system"]["previous_user_id"]
    assert "from" not in message
    assert message["system"]["previous_user_id"] in message["system"]["body"]


async def test_reactions_edits_and_revokes_change_the_message_they_name(lab) -> None:
    first = await lab.says()
    ours = await lab.sent()
    await lab.says(kind="reaction", content={"message_id": ours, "emoji": "❤️"})
    edited = {"original_message_id": first, "message": {"type": "text", "text": {"body": "Oi!"}}}
    await lab.says(kind="edit", content=edited)
    await lab.says(kind="revoke", content={"original_message_id": first})
    await until(lambda: lab.receiver.names(ours) == ["sent", "delivered"])
    thread = (await lab.get("/phone/thread", customer="1", number=NUMBER))["messages"]
    assert [(m["text"], m["deleted"], m["reaction"]["mine"]) for m in thread] == [
        ("Oi!", True, ""),
        ("Olá", False, "❤️"),
    ]


async def test_stopping_marketing_is_reported_and_blocks_marketing_only(lab) -> None:
    await lab.says(kind="user_preferences", content={"value": "stop"})
    preference = lab.receiver.values("user_preferences")[0]["user_preferences"][0]
    assert (preference["value"], preference["category"]) == ("stop", "marketing_messages")
    body = {"type": "body", "parameters": [{"type": "text", "text": "Ana"}, {"type": "text", "text": "15%"}]}
    offer = {"name": "oferta_da_semana", "language": {"code": "pt_BR"}, "components": [body]}
    wamid = await lab.sent("template", offer)
    await until(lambda: lab.receiver.names(wamid) == ["failed"])
    assert lab.receiver.statuses(wamid)[0]["errors"][0]["code"] == 131050
    hello = await lab.sent("template", {"name": "hello_world", "language": {"code": "en_US"}})
    await until(lambda: lab.receiver.names(hello) == ["sent", "delivered"])


async def test_a_blocked_person_is_not_heard(lab) -> None:
    users = {"messaging_product": "whatsapp", "block_users": [{"user": "+5511988881234"}]}
    _, refused = await lab.graph("POST", f"{NUMBER}/block_users", users)
    assert refused["block_users"]["failed_users"][0]["errors"][0]["code"] == 139100
    await lab.says()
    _, blocked = await lab.graph("POST", f"{NUMBER}/block_users", users)
    assert blocked["block_users"]["added_users"][0]["wa_id"] == "5511988881234"
    await lab.says(content="Alô?")
    assert len(lab.receiver.messages()) == 1
    assert len((await lab.graph("GET", f"{NUMBER}/block_users"))[1]["data"]) == 1
    await lab.graph("DELETE", f"{NUMBER}/block_users", users)
    await lab.says(content="Voltei")
    assert lab.receiver.messages()[-1]["text"]["body"] == "Voltei"


async def test_unknown_keys_can_be_mixed_in(lab) -> None:
    await lab.faults(unknown_fields=True)
    await lab.says(extra={"from_logical_id": "x"})
    value = lab.receiver.values()[0]
    assert "future_field" in value
    assert value["messages"][0]["from_logical_id"] == "x"


async def test_a_wrong_request_is_explained(lab) -> None:
    for body in ({"type": "hologram"}, {"customer": {}}, {"phone_number_id": "1"}):
        async with lab.session.post(f"{lab.url}/control/inbound", json=body) as response:
            assert response.status == 400
            assert (await response.json())["error"]
