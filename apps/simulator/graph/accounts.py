"""WhatsApp Business Accounts, tokens, and nodes looked up by id alone."""

import secrets

from starlette.requests import Request
from starlette.responses import Response

from apps.simulator.entities import JSON, Account, Number, Token
from apps.simulator.errors import GraphError, missing
from apps.simulator.graph import http, media, numbers, templates
from apps.simulator.service import Simulator

WABA_FIELDS = ("name", "timezone_id", "message_template_namespace")
MANAGEMENT = "whatsapp_business_management"


def waba_node(account: Account) -> JSON:
    return {
        "id": account.id,
        "name": account.name,
        "currency": "BRL",
        "timezone_id": "25",
        "country": "BR",
        "account_review_status": "APPROVED",
        "business_verification_status": "verified",
        "ownership_type": "SELF",
        "message_template_namespace": f"ns_{account.id}",
        "marketing_messages_lite_api_status": "ELIGIBLE",
        "owner_business_info": {"id": account.business_id, "name": account.name},
        "on_behalf_of_business_info": {"id": account.business_id, "name": account.name, "status": "APPROVED"},
        "health_status": {
            "can_send_message": "AVAILABLE",
            "entities": [{"entity_type": "WABA", "id": account.id, "can_send_message": "AVAILABLE"}],
        },
    }


@http.endpoint("node")
async def get_node(simulator: Simulator, request: Request) -> Response:
    """GET /<id>: a number, an account, a template, a media object, an app or a portfolio."""
    object_id = request.path_params["id"]
    world = simulator.world
    if number := world.numbers.get(object_id):
        http.authorise(simulator, request, number.waba_id, MANAGEMENT)
        names = http.fields_of(request, numbers.DEFAULT_FIELDS)
        return http.JsonResponse(http.pick(numbers.node(simulator, number), names))
    if account := world.accounts.get(object_id):
        http.authorise(simulator, request, account.id, MANAGEMENT)
        return http.JsonResponse(http.pick(waba_node(account), http.fields_of(request, WABA_FIELDS)))
    http.authorise(simulator, request)
    return http.JsonResponse(_other_node(simulator, request, object_id))


def _other_node(simulator: Simulator, request: Request, object_id: str) -> JSON:
    world = simulator.world
    if found := world.find_media(object_id):
        return media.card(simulator, found)
    if template := world.template(object_id):
        return http.pick(templates.node(template), http.fields_of(request, templates.DEFAULT_FIELDS))
    if app := world.apps.get(object_id):
        return {"id": app.id, "name": app.name, "link": "https://example.com/"}
    owned = next((a for a in world.accounts.values() if a.business_id == object_id), None)
    if owned:
        return {"id": owned.business_id, "name": owned.name, "verification_status": "verified"}
    raise http.unknown(object_id)


@http.endpoint("node")
async def post_node(simulator: Simulator, request: Request) -> Response:
    object_id = request.path_params["id"]
    number = simulator.world.numbers.get(object_id)
    http.authorise(simulator, request, number.waba_id if number else "", MANAGEMENT)
    if number:
        return await numbers.update(simulator, request, number)
    if template := simulator.world.template(object_id):
        return await templates.edit(simulator, request, template)
    if object_id in simulator.world.accounts:
        return http.JsonResponse(http.SUCCESS)
    raise http.unknown(object_id)


@http.endpoint("node")
async def delete_node(simulator: Simulator, request: Request) -> Response:
    http.authorise(simulator, request)
    if not simulator.world.drop_media(request.path_params["id"]):
        raise http.unknown(request.path_params["id"])
    return http.JsonResponse(http.SUCCESS)


@http.endpoint("phone_numbers")
async def phone_numbers(simulator: Simulator, request: Request) -> Response:
    account = http.account_for(simulator, request)
    names = http.fields_of(request, numbers.DEFAULT_FIELDS)
    nodes = [http.pick(numbers.node(simulator, n), names) for n in simulator.world.numbers_of(account)]
    return http.JsonResponse(http.page(request, nodes))


@http.endpoint("phone_numbers")
async def add_phone_number(simulator: Simulator, request: Request) -> Response:
    account = http.account_for(simulator, request)
    body = http.mapping(await http.json_body(request))
    if not body.get("phone_number") or not body.get("cc"):
        raise missing("cc and phone_number")
    display = f"+{body['cc']} {body['phone_number']}"
    number = Number(simulator.world.new_id(), account.id, display, str(body.get("verified_name", "")), "PENDING")
    simulator.world.numbers[number.id] = number
    return http.JsonResponse({"id": number.id})


@http.endpoint("subscribed_apps")
async def subscribed_apps(simulator: Simulator, request: Request) -> Response:
    account = http.account_for(simulator, request)
    if request.method == "GET":
        return http.JsonResponse({"data": [_subscription(simulator, account)] if account.subscribed else []})
    account.subscribed = request.method == "POST"
    if request.method == "POST":
        body = http.mapping(await http.json_body(request))
        url, token = str(body.get("override_callback_uri") or ""), str(body.get("verify_token") or "")
        await numbers.check_override(simulator, url, token)
        account.override_url, account.override_token = url, token
    return http.JsonResponse(http.SUCCESS)


def _subscription(simulator: Simulator, account: Account) -> JSON:
    app = simulator.world.app_of(account)
    entry: JSON = {"whatsapp_business_api_data": {"id": app.id, "name": app.name, "link": "https://example.com/"}}
    return entry | ({"override_callback_uri": account.override_url} if account.override_url else {})


@http.endpoint("oauth")
async def access_token(simulator: Simulator, request: Request) -> Response:
    """Embedded Signup: exchange a code for a business token; a code that begins with `expired` is refused."""
    params = dict(request.query_params) | http.mapping(await http.json_body(request))
    app = simulator.world.apps.get(str(params.get("client_id")))
    if app is None or params.get("client_secret") != app.secret:
        raise GraphError(101, "Error validating application or client secret.", http_status=400)
    code = str(params.get("code", ""))
    if not code or code.startswith("expired"):
        raise GraphError(100, "This authorization code has expired.", subcode=36007)
    token = Token("EAA" + secrets.token_hex(24), app.id)
    simulator.world.tokens[token.value] = token
    return http.JsonResponse({"access_token": token.value, "token_type": "bearer"})


@http.endpoint("debug_token")
async def debug_token(simulator: Simulator, request: Request) -> Response:
    token = simulator.world.tokens.get(request.query_params.get("input_token", ""))
    if token is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return http.JsonResponse({"data": {"is_valid": False, "error": error, "scopes": []}})
    now = simulator.world.clock.now()
    targets = sorted(token.waba_ids if token.waba_ids is not None else simulator.world.accounts)
    scopes = [scope for scope in token.scopes if scope.startswith("whatsapp_business")]
    data = {
        "app_id": token.app_id,
        "type": "SYSTEM_USER",
        "application": "PyTake",
        "is_valid": token.expires_at is None or token.expires_at > now,
        "expires_at": int(token.expires_at or 0),
        "scopes": list(token.scopes),
        "granular_scopes": [{"scope": scope, "target_ids": targets} for scope in scopes],
    }
    return http.JsonResponse({"data": data})


@http.endpoint("businesses")
async def owned_accounts(simulator: Simulator, request: Request) -> Response:
    http.authorise(simulator, request)
    owned = [a for a in simulator.world.accounts.values() if a.business_id == request.path_params["id"]]
    names = http.fields_of(request, WABA_FIELDS)
    return http.JsonResponse(http.page(request, [http.pick(waba_node(a), names) for a in owned]))
