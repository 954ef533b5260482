"""Exports of Typebot, versions 3 to 6: groups of blocks, edges between them, variables by id."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _

from apps.chatbots.importing.drawing import (
    ACROSS,
    DOWN,
    JSON,
    Drawing,
    Piece,
    items,
    obj,
    options,
    text,
    variable,
    whole,
    with_gaps,
)
from apps.whatsapp.providers import limits

Place = tuple[float, float]
LONGEST_TEXT = 200  # parts of a rich text
INPUTS = {
    "text input": "text",
    "url input": "text",
    "number input": "number",
    "email input": "email",
    "phone number input": "phone",
    "date input": "date",
    "time input": "text",
    "file input": "file",
    "rating input": "number",
}
OPERATORS = {
    "Equal to": "equals",
    "Not equal": "differs",
    "Not equal to": "differs",
    "Contains": "contains",
    "Does not contain": "lacks",
    "Greater than": "more",
    "Less than": "less",
    "Is set": "filled",
    "Is empty": "empty",
    "Is not set": "empty",
    "Starts with": "begins",
    "Matches regex": "matches",
}


def is_one(found: JSON) -> bool:
    return isinstance(found.get("groups"), list) and any(
        "blocks" in row or "steps" in row for row in items(found["groups"])
    )


@dataclass(slots=True)
class Reading:
    """`blocks`: what each block became; `groups`: the first step of each group."""

    drawing: Drawing
    names: dict[str, str]
    edges: list[JSON]
    blocks: dict[str, Piece] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    jumps: list[tuple[str, str, str]] = field(default_factory=list)

    def variable(self, options: JSON) -> str:
        return self.names.get(text(options.get("variableId")), "")


def draw(found: JSON, drawing: Drawing) -> None:
    names = {text(row.get("id")): variable(row.get("name")) for row in items(found.get("variables"))}
    reading = Reading(drawing, names, items(found.get("edges")))
    start = drawing.add("start", "", {"variables": []})
    for group in items(found.get("groups")):
        _group(group, reading)
    _lines(found, reading, start)
    for key, block, inside in reading.jumps:
        target = reading.blocks[block].entry if block in reading.blocks else reading.groups.get(inside, start)
        drawing.nodes[key]["fields"]["node"] = target


def _group(group: JSON, reading: Reading) -> None:
    at = obj(group.get("graphCoordinates"))
    x, y = float(whole(at.get("x"), 0) or 0), float(whole(at.get("y"), 0) or 0)
    before: Piece | None = None
    first = ""
    for number, block in enumerate(items(group.get("blocks") or group.get("steps"))):
        if block.get("type") == "start":
            continue
        piece = _block(block, reading, (x, y + number * DOWN), before)
        reading.blocks[text(block.get("id"))] = piece
        if before is not None and before.entry != piece.entry:
            reading.drawing.connect(before.exits[""], piece.entry)
        first = first or piece.entry
        before = piece
    reading.groups[text(group.get("id"))] = first


def _block(block: JSON, reading: Reading, at: Place, before: Piece | None) -> Piece:
    kind = text(block.get("type"))
    asked = INPUTS.get(kind)
    if asked:
        return _question(asked, block, reading, at, before)
    if kind in ("choice input", "buttons input", "picture choice input"):
        return _choice(block, reading, at, before)
    reader = READERS.get(kind)
    return (
        reader(block, reading, at) if reader else reading.drawing.placeholder(kind, "", obj(block.get("options")), at)
    )


def _words(node: Any, left: list[int]) -> str:
    """A rich text as WhatsApp writes it; bounded, whatever the file nests."""
    left[0] -= 1
    if left[0] < 0 or not isinstance(node, dict):
        return ""
    if "text" in node:
        mark = "*" if node.get("bold") else "_" if node.get("italic") else ""
        return f"{mark}{text(node['text'])}{mark}" if text(node["text"]).strip() else text(node["text"])
    joined = "".join(_words(child, left) for child in items(node.get("children")))
    return f"{joined} ({text(node['url'])})" if node.get("url") else joined


def _text_of(content: JSON) -> str:
    left = [LONGEST_TEXT]
    rich = "\n".join(_words(paragraph, left) for paragraph in items(content.get("richText")))
    return with_gaps(rich.strip() or content.get("plainText") or content.get("html"))[: limits.TEXT]


def _message(block: JSON, reading: Reading, at: Place) -> Piece:
    return reading.drawing.piece("message", "", {"text": _text_of(obj(block.get("content"))) or "…"}, at)


def _media(block: JSON, reading: Reading, at: Place) -> Piece:
    """Files live elsewhere: their address is sent until somebody uploads them here."""
    address = with_gaps(obj(block.get("content")).get("url"))[: limits.URL]
    reading.drawing.warn(
        _("A file is sent as a link (%(url)s). Upload it and use the step for files.") % {"url": address}
    )
    return reading.drawing.piece("message", "", {"text": address or "…"}, at)


def _taken(reading: Reading, before: Piece | None, otherwise: str) -> tuple[str, str]:
    """The words of the message just before, which become the question; its step then goes. (words, key or nothing)"""
    node = reading.drawing.nodes.get(before.entry) if before else None
    if node is None or node["kind"] != "message":
        return otherwise or "…", ""
    return str(node["fields"]["text"]), str(node["id"])


def _question(kind: str, block: JSON, reading: Reading, at: Place, before: Piece | None) -> Piece:
    given = obj(block.get("options"))
    shown = obj(given.get("labels")).get("placeholder")
    words, key = _taken(reading, before, with_gaps(shown))
    fields: dict[str, Any] = {"text": words, "type": kind, "variable": reading.variable(given)}
    if kind == "number":
        fields["most"] = whole(given.get("length") or given.get("max"))
        fields["least"] = whole(given.get("min"))
    return _asking("question", key, fields, reading, at)


def _asking(kind: str, key: str, fields: dict[str, Any], reading: Reading, at: Place) -> Piece:
    """In the place of the message that asked, or as a step of its own."""
    if not key:
        return reading.drawing.piece(kind, "", fields, at)
    reading.drawing.nodes[key].update(kind=kind, fields=fields)
    return Piece(key, reading.drawing.exits(key))


def _choice(block: JSON, reading: Reading, at: Place, before: Piece | None) -> Piece:
    given, rows = obj(block.get("options")), items(block.get("items"))
    if given.get("isMultipleChoice"):
        reading.drawing.warn(_("A question with several answers became one with a single answer."))
    titles = [with_gaps(row.get("content") or row.get("title")) or "…" for row in rows]
    if not titles:
        return reading.drawing.placeholder(text(block.get("type")), "", given, at)
    words, key = _taken(reading, before, _("Choose an option:"))
    asked = {"text": words, "variable": reading.variable(given)}
    piece = options(reading.drawing, "", asked, titles, at)
    if key:
        piece = reading.drawing.replace(key, piece)
    named = {text(row.get("id")): piece.exits.get(str(index), []) for index, row in enumerate(rows)}
    return Piece(piece.entry, {**named, "": piece.exits[""]})


def _condition(block: JSON, reading: Reading, at: Place) -> Piece:
    """Each item is a condition; what it doesn't catch goes on to the next."""
    exits: dict[str, list[tuple[str, str]]] = {}
    keys: list[str] = []
    for number, item in enumerate(items(block.get("items"))):
        content = obj(item.get("content"))
        rules = [_rule(row, reading) for row in items(content.get("comparisons"))]
        match = "any" if content.get("logicalOperator") == "OR" else "all"
        fields = {"match": match, "rules": [rule for rule in rules if rule["variable"]][:20]}
        key = reading.drawing.add("condition", "", fields, (at[0] + number * ACROSS, at[1]))
        if keys:
            reading.drawing.connect([(keys[-1], "no")], key)
        exits[text(item.get("id"))] = [(key, "yes")]
        keys.append(key)
    if not keys:
        return reading.drawing.placeholder("Condition", "", {}, at)
    return Piece(keys[0], {**exits, "": [(keys[-1], "no")]})


def _rule(row: JSON, reading: Reading) -> dict[str, str]:
    wanted = text(row.get("comparisonOperator"))
    operator = OPERATORS.get(wanted, "equals")
    if wanted and wanted not in OPERATORS:
        reading.drawing.warn(_("The comparison “%(name)s” became “is”.") % {"name": wanted})
    return {"variable": reading.variable(row), "operator": operator, "value": with_gaps(row.get("value"))[:1_000]}


def _set(block: JSON, reading: Reading, at: Place) -> Piece:
    given = obj(block.get("options"))
    name = reading.variable(given)
    value = given.get("expressionToEvaluate", given.get("value"))
    if given.get("isCode") or not name:
        return reading.drawing.placeholder("Set variable", name, given, at)
    fields = {"variable": name, "how": "set" if text(value) else "clear", "value": with_gaps(value)[:4_000]}
    return reading.drawing.piece("set_variable", "", fields, at)


def _wait(block: JSON, reading: Reading, at: Place) -> Piece:
    seconds = whole(obj(block.get("options")).get("secondsToWaitFor"), 1) or 1
    return reading.drawing.piece("delay", "", {"amount": max(1, min(seconds, 86_400)), "unit": "seconds"}, at)


def _redirect(block: JSON, reading: Reading, at: Place) -> Piece:
    address = with_gaps(obj(block.get("options")).get("url"))[: limits.URL]
    fields = {"text": _("Open the page:"), "label": _("Open"), "url": address}
    return reading.drawing.piece("cta_url", "", fields, at)


def _jump(block: JSON, reading: Reading, at: Place) -> Piece:
    given = obj(block.get("options"))
    key = reading.drawing.add("jump", "", {"node": ""}, at)
    reading.jumps.append((key, text(given.get("blockId")), text(given.get("groupId"))))
    return Piece(key, {"": []})


def _split(block: JSON, reading: Reading, at: Place) -> Piece:
    share = whole(obj(block.get("options")).get("aPercent"), 50) or 0
    weights = {"a": share, "b": 100 - share}
    rows = items(block.get("items"))[:10]
    ways = [
        {
            "id": f"o{number}",
            "title": text(row.get("path")) or str(number),
            "weight": str(weights.get(text(row.get("path")), 1)),
        }
        for number, row in enumerate(rows, 1)
    ]
    piece = reading.drawing.piece("random", "", {"ways": ways}, at)
    named = {text(row.get("id")): [(piece.entry, way["id"])] for row, way in zip(rows, ways, strict=True)}
    return Piece(piece.entry, {**named, "": piece.exits[""]})


def _http(block: JSON, reading: Reading, at: Place) -> Piece:
    given = obj(block.get("options"))
    request = obj(given.get("webhook")) or obj(block.get("webhook"))
    headers = [
        {"name": text(row.get("key")), "value": with_gaps(row.get("value"))} for row in items(request.get("headers"))
    ]
    kept = [
        {"path": text(row.get("bodyPath")).removeprefix("data.")[:160], "variable": reading.variable(row)}
        for row in items(given.get("responseVariableMapping"))
    ]
    fields = {
        "method": text(request.get("method")).upper() or "POST",
        "url": with_gaps(request.get("url")),
        "headers": [row for row in headers if row["name"]][:20],
        "body": with_gaps(request.get("body")),
        "mapping": [row for row in kept if row["variable"]][:30],
    }
    return reading.drawing.piece("http_request", "", fields, at)


READERS: dict[str, Callable[[JSON, Reading, Place], Piece]] = {
    "text": _message,
    "image": _media,
    "video": _media,
    "audio": _media,
    "embed": _media,
    "Condition": _condition,
    "Set variable": _set,
    "Wait": _wait,
    "Redirect": _redirect,
    "Jump": _jump,
    "AB test": _split,
    "Webhook": _http,
    "HTTP request": _http,
    "webhook": _http,
}


def _lines(found: JSON, reading: Reading, start: str) -> None:
    events = {text(row.get("id")) for row in items(found.get("events"))}
    old_starts = {
        text(block.get("id"))
        for group in items(found.get("groups"))
        for block in items(group.get("blocks") or group.get("steps"))
        if block.get("type") == "start"
    }
    for edge in reading.edges:
        source, goal = obj(edge.get("from")), obj(edge.get("to"))
        block = text(source.get("blockId") or source.get("stepId"))
        target = _target(goal, reading)
        if not target:
            continue
        if text(source.get("eventId")) in events or block in old_starts:
            reading.drawing.connect([(start, "next")], target)
        elif block in reading.blocks:
            _leave(reading, reading.blocks[block], text(source.get("itemId")), target)
    if (start, "next") not in reading.drawing.edges:
        first = next((key for key in reading.groups.values() if key), "")
        reading.drawing.connect([(start, "next")] if first else [], first)


def _leave(reading: Reading, piece: Piece, item: str, target: str) -> None:
    """The line of an item wins over that of its block."""
    if item and piece.exits.get(item):
        reading.drawing.edges |= dict.fromkeys(piece.exits[item], target)
    else:
        reading.drawing.connect(piece.exits[""], target)


def _target(goal: JSON, reading: Reading) -> str:
    block = text(goal.get("blockId") or goal.get("stepId"))
    return reading.blocks[block].entry if block in reading.blocks else reading.groups.get(text(goal.get("groupId")), "")
