"""Message templates: list, create, edit, delete, and the review that follows."""

import asyncio

from starlette.requests import Request
from starlette.responses import Response

from apps.simulator import payloads
from apps.simulator.entities import JSON, Account, Template
from apps.simulator.errors import GraphError, missing
from apps.simulator.graph import http
from apps.simulator.service import Simulator
from apps.simulator.validation_templates import NOT_EDITABLE, check_components, check_creation, refuse

DEFAULT_FIELDS = ("name", "parameter_format", "components", "language", "status", "category")
FILTERS = ("status", "category", "language", "name")


def node(template: Template) -> JSON:
    return {
        "id": template.id,
        "name": template.name,
        "parameter_format": template.parameter_format,
        "components": template.components,
        "language": template.language,
        "status": template.status,
        "category": template.category,
        "quality_score": {"score": template.quality},
        "rejected_reason": template.rejected_reason,
    }


@http.endpoint("message_templates")
async def listing(simulator: Simulator, request: Request) -> Response:
    account = http.account_for(simulator, request)
    names = http.fields_of(request, DEFAULT_FIELDS)
    nodes = [node(template) for template in account.templates.values()]
    for name in FILTERS:
        wanted = request.query_params.get(name)
        nodes = [n for n in nodes if wanted is None or str(n[name]).lower() == wanted.lower()]
    words = request.query_params.get("name_or_content", "").lower()
    nodes = [n for n in nodes if words in f"{n['name']} {n['components']}".lower()]
    return http.JsonResponse(http.page(request, [http.pick(n, names) for n in nodes]))


@http.endpoint("message_templates")
async def create(simulator: Simulator, request: Request) -> Response:
    account = http.account_for(simulator, request)
    body = http.mapping(await http.json_body(request))
    check_creation(account, body)
    template = Template(
        id=simulator.world.new_id(),
        waba_id=account.id,
        name=body["name"],
        language=body["language"],
        category=body["category"].upper(),
        components=body["components"],
        parameter_format=str(body.get("parameter_format", "positional")).upper(),
    )
    account.templates[template.id] = template
    review_later(simulator, template)
    return http.JsonResponse({"id": template.id, "status": template.status, "category": template.category})


def review_later(simulator: Simulator, template: Template) -> None:
    template.status = "PENDING"
    delay = simulator.behaviour.template_review_ms / 1000
    asyncio.get_running_loop().call_later(delay, _review, simulator, template)


def _review(simulator: Simulator, template: Template) -> None:
    account = simulator.world.accounts.get(template.waba_id)
    if template.status != "PENDING" or account is None or template.id not in account.templates:
        return
    reason = simulator.behaviour.template_rejections.get(template.name, "NONE")
    decide(simulator, template, "APPROVED" if reason == "NONE" else "REJECTED", reason)


def decide(simulator: Simulator, template: Template, event: str, reason: str = "NONE") -> None:
    """Give a template a new status and report it."""
    status = {"REINSTATED": "APPROVED", "UNARCHIVED": "APPROVED", "FLAGGED": template.status}.get(event, event)
    template.status, template.rejected_reason = status, reason
    account = simulator.world.accounts[template.waba_id]
    value = payloads.template_status(template, event, reason)
    simulator.emit_account(account, "message_template_status_update", value)


@http.endpoint("message_templates")
async def delete(simulator: Simulator, request: Request) -> Response:
    account = http.account_for(simulator, request)
    name, template_id = request.query_params.get("name"), request.query_params.get("hsm_id")
    if not name:
        raise missing("name")
    doomed = [t for t in account.templates.values() if t.name == name and template_id in (None, t.id)]
    if not doomed:
        raise http.unknown(name)
    if any(t.status == "DISABLED" for t in doomed):
        raise refuse("A disabled template cannot be deleted.")
    for template in doomed:
        _remove(simulator, account, template)
    return http.JsonResponse(http.SUCCESS)


def _remove(simulator: Simulator, account: Account, template: Template) -> None:
    del account.templates[template.id]
    value = payloads.template_status(template, "PENDING_DELETION")
    simulator.emit_account(account, "message_template_status_update", value)


async def edit(simulator: Simulator, request: Request, template: Template) -> Response:
    body = http.mapping(await http.json_body(request))
    if template.status not in ("APPROVED", "REJECTED", "PAUSED"):
        raise refuse("This template cannot be edited in its status.", NOT_EDITABLE)
    category = str(body.get("category", template.category)).upper()
    if category != template.category and template.status == "APPROVED":
        raise refuse("The category of an approved template cannot be changed.", NOT_EDITABLE)
    if "components" in body:
        check_components(body["components"], category)
        template.components = body["components"]
    template.category = category
    review_later(simulator, template)
    return http.JsonResponse(http.SUCCESS)


@http.endpoint("message_templates")
async def unpause(simulator: Simulator, request: Request) -> Response:
    http.authorise(simulator, request)
    template = simulator.world.template(request.path_params["id"])
    if template is None:
        raise http.unknown(request.path_params["id"])
    if template.status != "PAUSED":
        raise GraphError(100, "Only a paused template can be unpaused.")
    decide(simulator, template, "APPROVED")
    return http.JsonResponse(http.SUCCESS)
