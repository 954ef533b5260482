"""Pieces of a step's form that only the bots have."""

import json
from typing import Any

from django import template
from django.forms import BoundField

from apps.chatbots import secrets
from apps.chatbots.nodes.fields import RowsField

register = template.Library()


@register.filter
def pretty_json(value: Any) -> str:
    """A JSON value over several lines, for people: texts that are JSON themselves (bodies) are opened."""
    return json.dumps(_opened(value), indent=2, ensure_ascii=False)


def _opened(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _opened(each) for name, each in value.items()}
    if isinstance(value, str) and value.startswith(("{", "[")):
        try:
            return json.loads(value)
        except (ValueError, RecursionError):
            return value
    return value


@register.filter
def entry(rows: dict[str, Any], key: str) -> Any:
    """What stands under a key that is itself a variable; the key where nothing does."""
    return rows.get(key, key)


@register.filter
def secret_gap(name: str) -> str:
    """A secret as texts name it."""
    return secrets.written(name)


@register.filter
def columns_json(field: BoundField) -> str:
    """The columns of a list of rows, for `<pt-rows>`; empty for every other field."""
    if not isinstance(field.field, RowsField):
        return ""
    return json.dumps(
        [
            {
                "name": column.name,
                "label": str(column.label),
                "limit": column.max_length,
                "required": column.required,
                "choices": [[key, str(label)] for key, label in column.choices],
            }
            for column in field.field.columns
        ]
    )
