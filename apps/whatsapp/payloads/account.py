"""Every field that is no conversation becomes one AccountEvent: what happened, to what, when, under which key."""

import hashlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson

from apps.whatsapp.payloads.model import AccountEvent, JSONObject
from apps.whatsapp.payloads.values import get_object, get_short, get_text, json_safe, objects_in, parse_time

EVENT_LENGTH = 64
SUBJECT_LENGTH = 128
# Where each field says what happened and what it is about; a dot walks into an object.
EVENT_KEYS: Mapping[str, tuple[str, ...]] = {
    "message_template_quality_update": ("new_quality_score",),
    "template_category_update": ("new_category",),
    "account_alerts": ("alert_info.alert_type",),
    "smb_app_state_sync": (),
}
DEFAULT_EVENT_KEYS = ("event", "decision", "status", "alert_info.alert_type", "type")
SUBJECT_KEYS = (
    "message_template_id",
    "flow_id",
    "entity_id",
    "display_phone_number",
    "configuration_name",
    "solution_id",
    "waba_info.waba_id",
    "id",
)
TIME_KEYS = ("category_update_timestamp", "updated_timestamp", "created_timestamp", "timestamp")


def read_account_event(field: str, waba_id: str, value: Mapping[str, Any], time: datetime | None) -> AccountEvent:
    data = _normalised(field, value)
    return AccountEvent(
        field=field,
        event=_read_event(field, value),
        data=data,
        dedupe_key=_dedupe_key(field, waba_id, data, time),
        occurred_at=time or _read_time(value),
        subject=_first(value, SUBJECT_KEYS, SUBJECT_LENGTH),
    )


def _read_event(field: str, value: Mapping[str, Any]) -> str:
    if field == "calls":
        return _call_event(value)
    return _first(value, EVENT_KEYS.get(field, DEFAULT_EVENT_KEYS), EVENT_LENGTH) or field[:EVENT_LENGTH]


def _call_event(value: Mapping[str, Any]) -> str:
    for key, name in (("calls", "event"), ("statuses", "status")):
        for call in objects_in(value, key):
            return get_short(call, name, EVENT_LENGTH) or "call"
    return "call"


def _first(value: Mapping[str, Any], paths: tuple[str, ...], length: int) -> str:
    for path in paths:
        parent, _, key = path.rpartition(".")
        text = get_text(get_object(value, parent) if parent else value, key)
        if text:
            return text[:length]
    return ""


def _read_time(value: Mapping[str, Any]) -> datetime | None:
    return next((moment for key in TIME_KEYS if (moment := parse_time(value.get(key)))), None)


def _normalised(field: str, value: Mapping[str, Any]) -> JSONObject:
    """Template ids as strings and languages as `pt_BR`, however this webhook spelled them."""
    data: JSONObject = json_safe(dict(value))
    if field.startswith("message_template") or field == "template_category_update":
        for key in ("message_template_id", "id"):
            if type(data.get(key)) is int:
                data[key] = str(data[key])
        for key in ("message_template_language", "language"):
            if isinstance(data.get(key), str):
                data[key] = normalise_language(data[key])
    return data


def normalise_language(code: str) -> str:
    """`pt-br`, `pt_BR` and `pt-BR` are one language: `pt_BR`."""
    language, separator, region = code.replace("-", "_").partition("_")
    return f"{language.lower()}_{region.upper()}" if separator else language.lower()


def _dedupe_key(field: str, waba_id: str, data: JSONObject, time: datetime | None) -> str:
    """Repetitions carry the same account, field, time and value; at most 160 characters."""
    seconds = int(time.timestamp()) if time else 0
    digest = hashlib.sha256(orjson.dumps([waba_id, seconds, data], option=orjson.OPT_SORT_KEYS)).hexdigest()
    return f"{field[:64]}:{digest[:40]}"
