"""Phone numbers: node, registration, business profile, blocked users, usernames."""

import re
import secrets

from starlette.requests import Request
from starlette.responses import Response

from apps.simulator import phones, pricing
from apps.simulator.entities import JSON, Customer, Number
from apps.simulator.errors import GraphError, bad, invalid, missing, status_error
from apps.simulator.graph import http
from apps.simulator.service import Simulator

MANAGEMENT = "whatsapp_business_management"
DEFAULT_FIELDS = ("display_phone_number", "verified_name", "quality_rating", "code_verification_status")
PROFILE_LIMITS = {"about": 139, "address": 256, "description": 512, "email": 128, "vertical": 64}
NOT_WRITTEN = 139100


def node(simulator: Simulator, number: Number) -> JSON:
    account = simulator.world.account_of(number)
    available = [
        {"entity_type": kind, "id": object_id, "can_send_message": "AVAILABLE"}
        for kind, object_id in (
            ("PHONE_NUMBER", number.id),
            ("WABA", account.id),
            ("BUSINESS", account.business_id),
            ("APP", account.app_id),
        )
    ]
    webhooks = {"application": simulator.world.app_of(account).webhook_url}
    if account.override_url:
        webhooks["whatsapp_business_account"] = account.override_url
    if number.override_url:
        webhooks["phone_number"] = number.override_url
    return {
        "id": number.id,
        "display_phone_number": number.display_number,
        "verified_name": number.verified_name,
        "quality_rating": number.quality_rating,
        "quality_score": {"score": number.quality_rating},
        "code_verification_status": "VERIFIED",
        "name_status": "APPROVED",
        "status": number.status,
        "platform_type": "CLOUD_API",
        "throughput": {"level": number.throughput_level},
        "account_mode": "LIVE",
        "is_official_business_account": False,
        "is_pin_enabled": bool(number.pin),
        "is_on_biz_app": False,
        "whatsapp_business_manager_messaging_limit": "TIER_2K",
        "health_status": {"can_send_message": "AVAILABLE", "entities": available},
        "webhook_configuration": webhooks,
    }


async def update(simulator: Simulator, request: Request, number: Number) -> Response:
    """POST /<number>: the two-step PIN or the number's own webhook address."""
    body = http.mapping(await http.json_body(request))
    if "pin" in body:
        number.pin = _pin(body)
    if "webhook_configuration" in body:
        wanted = http.mapping(body["webhook_configuration"])
        number.override_url = str(wanted.get("override_callback_uri") or "")
        number.override_token = str(wanted.get("verify_token") or "")
        await check_override(simulator, number.override_url, number.override_token)
    return http.JsonResponse(http.SUCCESS)


async def check_override(simulator: Simulator, url: str, verify_token: str) -> None:
    """Meta runs the handshake before it takes another callback address."""
    if url and not (await simulator.sender.verify(url, verify_token, str(secrets.randbelow(10**9))))["ok"]:
        raise GraphError(2200, "Callback verification failed.", http_status=400)


def _pin(body: JSON) -> str:
    pin = str(body.get("pin", ""))
    if not re.fullmatch(r"\d{6}", pin):
        raise bad("Param pin must be 6 digits.")
    return pin


@http.endpoint("registration")
async def register(simulator: Simulator, request: Request) -> Response:
    number = http.number_for(simulator, request, MANAGEMENT)
    pin = _pin(http.mapping(await http.json_body(request)))
    if number.pin and pin != number.pin:
        raise GraphError(133005, "The two-step verification PIN is wrong.")
    number.pin, number.status = pin, "CONNECTED"
    return http.JsonResponse(http.SUCCESS)


@http.endpoint("registration")
async def deregister(simulator: Simulator, request: Request) -> Response:
    http.number_for(simulator, request, MANAGEMENT).status = "DISCONNECTED"
    return http.JsonResponse(http.SUCCESS)


@http.endpoint("registration")
async def verification(simulator: Simulator, request: Request) -> Response:
    """request_code and verify_code; the code that always fails is 000000."""
    http.number_for(simulator, request, MANAGEMENT)
    body = http.mapping(await http.json_body(request))
    if body.get("code") == "000000":
        raise GraphError(136024, "The verification code is wrong.")
    return http.JsonResponse(http.SUCCESS)


@http.endpoint("profile")
async def get_profile(simulator: Simulator, request: Request) -> Response:
    number = http.number_for(simulator, request, MANAGEMENT)
    names = http.fields_of(request, ("about", "messaging_product"))
    profile = {**number.profile, "messaging_product": "whatsapp"}
    shown = {name: profile[name] for name in (*names, "messaging_product") if name in profile}
    return http.JsonResponse({"data": [shown]})


@http.endpoint("profile")
async def set_profile(simulator: Simulator, request: Request) -> Response:
    number = http.number_for(simulator, request, MANAGEMENT)
    body = http.mapping(await http.json_body(request))
    for name, limit in PROFILE_LIMITS.items():
        if len(str(body.get(name, ""))) > limit:
            raise bad(f"Param {name} must be at most {limit} characters long.")
    websites = body.get("websites", [])
    if not isinstance(websites, list) or len(websites) > 2 or any(len(str(site)) > 256 for site in websites):
        raise bad("Param websites takes at most 2 addresses of 256 characters.")
    number.profile |= {name: body[name] for name in (*PROFILE_LIMITS, "websites") if name in body}
    handle = str(body.get("profile_picture_handle", ""))
    if handle:
        media_id = handle.rpartition("::")[2]
        number.profile["profile_picture_url"] = f"{simulator.config.base_url}/phone/media/{media_id}"
    return http.JsonResponse(http.SUCCESS)


# -- blocking ----------------------------------------------------------------------------------------------------------


def _user_card(simulator: Simulator, number: Number, customer: Customer) -> JSON:
    card = {"messaging_product": "whatsapp", "user_id": customer.user_id(simulator.world.business_id(number))}
    return card | ({"wa_id": customer.wa_id} if simulator.world.phone_visible(number, customer) else {})


def _find_user(simulator: Simulator, entry: JSON) -> Customer | None:
    if entry.get("user_id"):
        return simulator.world.by_user_id(str(entry["user_id"]))
    return simulator.world.by_phone(phones.digits(str(entry.get("user", ""))))


@http.endpoint("block_users")
async def list_blocked(simulator: Simulator, request: Request) -> Response:
    number = http.number_for(simulator, request)
    customers = [simulator.world.customers[key] for key in sorted(number.blocked)]
    return http.JsonResponse(http.page(request, [_user_card(simulator, number, c) for c in customers]))


@http.endpoint("block_users")
async def change_blocked(simulator: Simulator, request: Request) -> Response:
    number = http.number_for(simulator, request)
    users = http.mapping(await http.json_body(request)).get("block_users")
    if not isinstance(users, list) or not users:
        raise missing("block_users")
    blocking = request.method == "POST"
    done: list[JSON] = []
    failed: list[JSON] = []
    for entry in users:
        entry = http.mapping(entry)
        customer = _find_user(simulator, entry)
        given = entry.get("user") or entry.get("user_id")
        if customer is None or (blocking and not _wrote_today(simulator, number, customer)):
            failed.append({"input": given, "errors": [status_error(NOT_WRITTEN)]})
            continue
        (number.blocked.add if blocking else number.blocked.discard)(customer.key)
        card = _user_card(simulator, number, customer)
        done.append({"input": given} | {key: card[key] for key in ("wa_id", "user_id") if key in card})
    result: JSON = {"added_users" if blocking else "removed_users": done}
    if failed:
        result["failed_users"] = failed
    return http.JsonResponse({"messaging_product": "whatsapp", "block_users": result})


def _wrote_today(simulator: Simulator, number: Number, customer: Customer) -> bool:
    return pricing.window_open(simulator.world.window(number, customer), simulator.world.clock.now())


# -- username ----------------------------------------------------------------------------------------------------------


@http.endpoint("username")
async def username(simulator: Simulator, request: Request) -> Response:
    number = http.number_for(simulator, request, MANAGEMENT)
    if request.method == "GET":
        name = number.profile.get("username")
        return http.JsonResponse({"username": name, "status": "approved"} if name else {})
    if request.method == "DELETE":
        number.profile.pop("username", None)
        return http.JsonResponse(http.SUCCESS)
    wanted = str(http.mapping(await http.json_body(request)).get("username", ""))
    if not re.fullmatch(r"[a-z0-9._]{3,35}", wanted):
        raise invalid("A username has 3 to 35 of a-z, 0-9, dot and underscore.")
    number.profile["username"] = wanted
    account = simulator.world.account_of(number)
    value = {"display_phone_number": number.digits, "username": wanted, "status": "approved"}
    simulator.emit_account(account, "business_username_updates", value)
    return http.JsonResponse({"status": "approved"})
