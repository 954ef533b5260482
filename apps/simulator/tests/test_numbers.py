"""Numbers, accounts, tokens, profile: what guided connection asks about."""

import pytest

from apps.simulator.config import load
from apps.simulator.tests.conftest import NUMBER, WABA

pytestmark = pytest.mark.asyncio


async def test_a_number_shows_default_or_asked_fields(lab) -> None:
    _, default = await lab.graph("GET", NUMBER)
    assert set(default) == {"id", "display_phone_number", "verified_name", "quality_rating", "code_verification_status"}
    _, asked = await lab.graph("GET", f"{NUMBER}?fields=status,health_status,throughput{{level}},webhook_configuration")
    assert asked["status"] == "CONNECTED"
    assert asked["health_status"]["can_send_message"] == "AVAILABLE"
    assert asked["webhook_configuration"] == {"application": lab.receiver.url}


async def test_an_account_lists_its_numbers_and_apps(lab) -> None:
    _, numbers = await lab.graph("GET", f"{WABA}/phone_numbers")
    assert [n["id"] for n in numbers["data"]] == [NUMBER]
    _, account = await lab.graph("GET", f"{WABA}?fields=name,currency,business_verification_status")
    assert account["currency"] == "BRL"
    _, apps = await lab.graph("GET", f"{WABA}/subscribed_apps")
    assert apps["data"][0]["whatsapp_business_api_data"]["id"] == "670843887433847"


async def test_unknown_objects_are_refused_with_the_subcode(lab) -> None:
    _, body = await lab.graph("GET", "1234567890")
    assert (body["error"]["code"], body["error"]["error_subcode"]) == (100, 33)


async def test_registration_checks_the_pin(lab) -> None:
    assert (await lab.graph("POST", f"{NUMBER}/register", {"pin": "12"}))[1]["error"]["code"] == 100
    assert (await lab.graph("POST", f"{NUMBER}/register", {"pin": "123456"}))[1] == {"success": True}
    assert (await lab.graph("POST", f"{NUMBER}/register", {"pin": "654321"}))[1]["error"]["code"] == 133005
    await lab.graph("POST", f"{NUMBER}/deregister", {})
    await lab.faults(window="off")
    assert (await lab.send())[1]["error"]["code"] == 133010


async def test_the_profile_is_kept_and_limited(lab) -> None:
    path = f"{NUMBER}/whatsapp_business_profile"
    body = {"messaging_product": "whatsapp", "about": "Abrimos às 9", "websites": ["https://exemplo.com.br"]}
    assert (await lab.graph("POST", path, body))[1] == {"success": True}
    _, shown = await lab.graph("GET", f"{path}?fields=about,websites")
    assert shown["data"] == [
        {"about": "Abrimos às 9", "websites": ["https://exemplo.com.br"], "messaging_product": "whatsapp"}
    ]
    assert (await lab.graph("POST", path, {**body, "about": "x" * 140}))[0] == 400
    assert (await lab.graph("POST", path, {**body, "websites": ["a", "b", "c"]}))[0] == 400


async def test_another_webhook_address_must_pass_the_handshake(lab) -> None:
    wrong = {"webhook_configuration": {"override_callback_uri": lab.receiver.url, "verify_token": "no"}}
    assert (await lab.graph("POST", NUMBER, wrong))[0] == 400
    right = {"webhook_configuration": {"override_callback_uri": lab.receiver.url, "verify_token": "simulator-verify"}}
    assert (await lab.graph("POST", NUMBER, right))[1] == {"success": True}


async def test_codes_become_tokens_and_tokens_can_be_examined(lab) -> None:
    query = "client_id=670843887433847&client_secret=test_app_secret&code="
    _, made = await lab.graph("GET", f"oauth/access_token?{query}abc")
    _, checked = await lab.graph("GET", f"debug_token?input_token={made['access_token']}")
    assert checked["data"]["is_valid"] is True
    assert {"scope": "whatsapp_business_messaging", "target_ids": [WABA]} in checked["data"]["granular_scopes"]
    assert (await lab.graph("GET", f"oauth/access_token?{query}expired-1"))[0] == 400
    _, unknown = await lab.graph("GET", "debug_token?input_token=nope")
    assert unknown["data"]["is_valid"] is False


async def test_a_username_is_announced(lab) -> None:
    assert (await lab.graph("POST", f"{NUMBER}/username", {"username": "A!"}))[0] == 400
    assert (await lab.graph("POST", f"{NUMBER}/username", {"username": "loja.aurora"}))[0] == 200
    assert (await lab.graph("GET", f"{NUMBER}/username"))[1]["username"] == "loja.aurora"


async def test_the_command_line_wins_over_the_environment() -> None:
    environ = {"SIMULATOR_PORT": "9001", "SIMULATOR_APP_SECRET": "from-env"}
    config = load(["--port", "9002"], environ)
    assert (config.port, config.app_secret, config.base_url) == (9002, "from-env", "http://127.0.0.1:9002")
    assert load([], {}).port == 8001
