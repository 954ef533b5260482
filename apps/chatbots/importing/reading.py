"""From the bytes of a file to a proposal. Whatever is in them: a proposal, or one ValidationError with a sentence."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.chatbots import graph as graphs
from apps.chatbots.importing import react_flow, typebot
from apps.chatbots.importing.drawing import Drawing
from apps.chatbots.proposals import Proposal, checked

MAX_BYTES = graphs.MAX_BYTES
# The first that recognises the file reads it.
FORMATS: tuple[tuple[Callable[[Mapping[str, Any]], bool], Callable[[Mapping[str, Any], Drawing], None]], ...] = (
    (typebot.is_one, typebot.draw),
    (react_flow.is_one, react_flow.draw),
)


def read(data: bytes, name: str = "") -> Proposal:
    """`name`: what to call it when the file doesn't say. Raises ValidationError."""
    if len(data) > MAX_BYTES:
        raise ValidationError(_("This file is too large. A flow has at most 2 MB."), code="size")
    try:
        found = orjson.loads(data)
    except orjson.JSONDecodeError as error:
        raise ValidationError(_("This file is not a flow: it can't be read as JSON."), code="json") from error
    if not isinstance(found, Mapping):
        raise ValidationError(_("This is not a flow."), code="shape")
    if found.get("schema") is not None:
        return checked(Proposal(name, dict(found)))
    return _foreign(found, name)


def _foreign(found: Mapping[str, Any], name: str) -> Proposal:
    for is_one, draw in FORMATS:
        if is_one(found):
            drawing = Drawing()
            draw(found, drawing)
            own = found.get("name")
            title = own if isinstance(own, str) and own.strip() else name
            return checked(Proposal(title, drawing.graph(), "file", tuple(drawing.warnings)))
    sentence = _(
        "PyTake doesn't know this kind of file. It reads its own flows, Typebot's and those of the earlier PyTake."
    )
    raise ValidationError(sentence, code="format")
