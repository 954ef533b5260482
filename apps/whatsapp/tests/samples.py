"""Webhook bodies as Meta sends them, written for these tests. Builders return what goes into `value`."""

import json
from typing import Any

WABA = "102290129340398"
NUMBER = "106540352242922"
PHONE = "5511988887777"
BUSINESS_PHONE = "5511333344444"
BSUID = "BR.13491208655302741918"
WAMID = "wamid.HBgNNTUxMTk4ODg4Nzc3NxUCABIYFDNBMDJCNDVGMEQ5QjRFMkI0QjQ3AA=="
QUOTED = "wamid.HBgNNTUxMTMzMzM0NDQ0NBUCABEYEjk4RkU5MkI1QjY4RTM3RTE0RgA="
SECONDS = "1769000000"
METADATA = {"display_phone_number": BUSINESS_PHONE, "phone_number_id": NUMBER}
CONTACT = {"profile": {"name": "Maria da Silva"}, "wa_id": PHONE, "user_id": BSUID}
CALLBACK = "0198c7a2-6d3e-7d1b-9a53-0c2f7b1e4a10"


def message(kind: str, value: Any = None, **extra: Any) -> dict[str, Any]:
    base = {"from": PHONE, "from_user_id": BSUID, "id": WAMID, "timestamp": SECONDS, "type": kind}
    return {**base, **({kind: value} if value is not None else {}), **extra}


def status(name: str, **extra: Any) -> dict[str, Any]:
    return {"id": QUOTED, "status": name, "timestamp": SECONDS, "recipient_id": PHONE, **extra}


def messages_value(*messages: Any, contacts: list[Any] | None = None, **extra: Any) -> dict[str, Any]:
    value = {"messaging_product": "whatsapp", "metadata": METADATA, "contacts": contacts or [CONTACT]}
    return {**value, "messages": list(messages), **extra}


def statuses_value(*statuses: Any, **extra: Any) -> dict[str, Any]:
    return {"messaging_product": "whatsapp", "metadata": METADATA, "statuses": list(statuses), **extra}


def body(value: Any, field: str = "messages", *, time: int | None = None) -> bytes:
    entry: dict[str, Any] = {"id": WABA, "changes": [{"field": field, "value": value}]}
    if time is not None:
        entry["time"] = time
    return json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()


def text_body(text: str = "Olá, quanto custa?") -> bytes:
    return body(messages_value(message("text", {"body": text})))


TEMPLATE = {
    "message_template_id": 594425479261596,
    "message_template_name": "pedido_enviado",
    "message_template_language": "pt-BR",
}
# field -> (value, the event's name, what it is about)
ACCOUNT_EVENTS: dict[str, tuple[dict[str, Any], str, str]] = {
    "message_template_status_update": (
        {**TEMPLATE, "event": "REJECTED", "reason": "INVALID_FORMAT", "rejection_info": {"reason": "x"}},
        "REJECTED",
        "594425479261596",
    ),
    "message_template_quality_update": (
        {**TEMPLATE, "previous_quality_score": "GREEN", "new_quality_score": "YELLOW"},
        "YELLOW",
        "594425479261596",
    ),
    "message_template_components_update": (
        {**TEMPLATE, "message_template_element": "Seu pedido {{1}} saiu"},
        "message_template_components_update",
        "594425479261596",
    ),
    "template_category_update": (
        {"id": 1, "name": "pedido", "language": "pt_BR", "new_category": "MARKETING", "previous_category": "UTILITY"},
        "MARKETING",
        "1",
    ),
    "phone_number_quality_update": (
        {"display_phone_number": BUSINESS_PHONE, "event": "ONBOARDING", "current_limit": "TIER_250"},
        "ONBOARDING",
        BUSINESS_PHONE,
    ),
    "phone_number_name_update": (
        {"display_phone_number": BUSINESS_PHONE, "decision": "APPROVED", "requested_verified_name": "Loja"},
        "APPROVED",
        BUSINESS_PHONE,
    ),
    "account_update": ({"event": "DISABLED_UPDATE", "ban_info": {"waba_ban_state": "DISABLE"}}, "DISABLED_UPDATE", ""),
    "account_alerts": (
        {"entity_type": "BUSINESS", "entity_id": 123, "alert_info": {"alert_type": "OBA_APPROVED"}},
        "OBA_APPROVED",
        "123",
    ),
    "account_review_update": ({"decision": "APPROVED"}, "APPROVED", ""),
    "business_capability_update": (
        {"max_daily_conversations_per_business": 2000, "max_phone_numbers_per_business": 20},
        "business_capability_update",
        "",
    ),
    "security": ({"display_phone_number": BUSINESS_PHONE, "event": "PIN_CHANGED"}, "PIN_CHANGED", BUSINESS_PHONE),
    "business_username_updates": (
        {"display_phone_number": BUSINESS_PHONE, "username": "loja", "status": "approved"},
        "approved",
        BUSINESS_PHONE,
    ),
    "flows": ({"event": "FLOW_STATUS_CHANGE", "flow_id": "77", "new_status": "PUBLISHED"}, "FLOW_STATUS_CHANGE", "77"),
    "calls": (
        {"metadata": METADATA, "calls": [{"id": "wacid.A", "from": PHONE, "event": "connect", "timestamp": SECONDS}]},
        "connect",
        "",
    ),
    "smb_app_state_sync": (
        {
            "metadata": METADATA,
            "state_sync": [{"type": "contact", "contact": {"phone_number": PHONE}, "action": "add"}],
        },
        "smb_app_state_sync",
        "",
    ),
    "payment_configuration_update": (
        {"configuration_name": "pix", "status": "ACTIVE", "updated_timestamp": 1769000000},
        "ACTIVE",
        "pix",
    ),
    "partner_solutions": (
        {"event": "SOLUTION_CREATED", "solution_id": "9", "solution_status": "X"},
        "SOLUTION_CREATED",
        "9",
    ),
    "standby": ({"metadata": METADATA, "messages": [{"id": "x"}]}, "standby", ""),
    "messaging_handovers": ({"type": "pass_thread_control"}, "pass_thread_control", ""),
    "a_field_of_next_year": ({"anything": [1, {"deep": True}]}, "a_field_of_next_year", ""),
}
