"""Management calls: accounts, numbers, profiles, subscriptions, tokens, blocked people. Shapes as Meta sends them."""

from collections.abc import Mapping
from typing import Any

from apps.whatsapp.graph import GraphClient

JSONObject = dict[str, Any]
NUMBER_FIELDS = (
    "id,display_phone_number,verified_name,quality_rating,code_verification_status,name_status,status,platform_type,"
    "throughput,account_mode,is_official_business_account,is_pin_enabled,health_status,webhook_configuration,"
    "whatsapp_business_manager_messaging_limit"
)
ACCOUNT_FIELDS = (
    "id,name,currency,timezone_id,account_review_status,business_verification_status,ownership_type,country,"
    "message_template_namespace,health_status"
)
PROFILE_FIELDS = "about,address,description,email,profile_picture_url,websites,vertical"


async def get_account(graph: GraphClient, waba_id: str) -> JSONObject:
    return await graph.get(waba_id, fields=ACCOUNT_FIELDS)


async def list_numbers(graph: GraphClient, waba_id: str) -> list[JSONObject]:
    return [row async for row in graph.rows(waba_id, "phone_numbers", fields=NUMBER_FIELDS)]


async def get_number(graph: GraphClient, phone_number_id: str) -> JSONObject:
    return await graph.get(phone_number_id, fields=NUMBER_FIELDS)


async def register_number(graph: GraphClient, phone_number_id: str, pin: str) -> None:
    await graph.post(phone_number_id, "register", json={"messaging_product": "whatsapp", "pin": pin})


async def get_profile(graph: GraphClient, phone_number_id: str) -> JSONObject:
    rows = (await graph.get(phone_number_id, "whatsapp_business_profile", fields=PROFILE_FIELDS)).get("data")
    return rows[0] if isinstance(rows, list) and rows and isinstance(rows[0], dict) else {}


async def update_profile(graph: GraphClient, phone_number_id: str, fields: Mapping[str, Any]) -> None:
    body = {"messaging_product": "whatsapp", **fields}
    await graph.post(phone_number_id, "whatsapp_business_profile", json=body)


async def list_subscribed_apps(graph: GraphClient, waba_id: str) -> list[JSONObject]:
    return [row async for row in graph.rows(waba_id, "subscribed_apps")]


async def subscribe_app(graph: GraphClient, waba_id: str, *, callback_url: str = "", verify_token: str = "") -> None:
    """Webhooks of this account go to the token's app, or to `callback_url` when one is given."""
    override = {"override_callback_uri": callback_url, "verify_token": verify_token} if callback_url else None
    await graph.post(waba_id, "subscribed_apps", json=override)


async def unsubscribe_app(graph: GraphClient, waba_id: str) -> None:
    await graph.delete(waba_id, "subscribed_apps")


async def list_templates(graph: GraphClient, waba_id: str) -> list[JSONObject]:
    fields = "id,name,language,status,category,parameter_format,components,quality_score,rejected_reason"
    return [row async for row in graph.rows(waba_id, "message_templates", fields=fields)]


async def debug_token(graph: GraphClient, token: str) -> JSONObject:
    """`app_id`, `is_valid`, `expires_at` (0 = never), `scopes`, `granular_scopes` of a token."""
    data = (await graph.get("debug_token", input_token=token)).get("data")
    return data if isinstance(data, dict) else {}


async def block(graph: GraphClient, phone_number_id: str, person: str) -> JSONObject:
    """`person` is a wa_id or a BSUID; only people who wrote in the last 24 hours can be blocked."""
    return await graph.post(phone_number_id, "block_users", json=_block_body(person))


async def unblock(graph: GraphClient, phone_number_id: str, person: str) -> JSONObject:
    return await graph.delete(phone_number_id, "block_users", json=_block_body(person))


async def list_blocked(graph: GraphClient, phone_number_id: str) -> list[JSONObject]:
    return [row async for row in graph.rows(phone_number_id, "block_users")]


def _block_body(person: str) -> JSONObject:
    digits = person.lstrip("+")
    user = {"user": f"+{digits}"} if digits.isdigit() else {"user_id": person}
    return {"messaging_product": "whatsapp", "block_users": [user]}
