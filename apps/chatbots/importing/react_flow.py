"""Exports of the earlier PyTake: React Flow's nodes and edges, with the kind in `data.nodeType` or `type`."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import orjson

from django.utils.translation import gettext as _

from apps.chatbots.importing.drawing import (
    ACROSS,
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
Exits = dict[str, list[tuple[str, str]]]
NESTED = ("flow_data", "canvas_data", "flow", "data")
WORDS = ("message", "text", "content", "questionText", "question", "body", "bodyText", "messageText")
OPERATORS = {
    "==": "equals",
    "=": "equals",
    "===": "equals",
    "equals": "equals",
    "!=": "differs",
    "!==": "differs",
    "not_equals": "differs",
    ">": "more",
    ">=": "more",
    "<": "less",
    "<=": "less",
    "contains": "contains",
    "not_contains": "lacks",
    "starts_with": "begins",
    "is_empty": "empty",
    "is_not_empty": "filled",
    "exists": "filled",
    "regex": "matches",
}
TYPES = {"text", "number", "email", "phone", "date", "file", "cpf", "cnpj", "cep"}
YES, NO = ("true", "yes", "sim", "success"), ("false", "no", "nao", "não", "else", "default")


def is_one(found: JSON) -> bool:
    return any("position" in row or "data" in row for row in items(_canvas(found).get("nodes")))


def _canvas(found: JSON) -> JSON:
    """The object that holds the nodes, a few levels down."""
    here = found
    for _level in range(4):
        if isinstance(here.get("nodes"), list):
            return here
        here = next((obj(here.get(name)) for name in NESTED if obj(here.get(name))), {})
    return here


def draw(found: JSON, drawing: Drawing) -> None:
    canvas = _canvas(found)
    pieces: dict[str, Piece] = {}
    for node in items(canvas.get("nodes")):
        pieces.setdefault(text(node.get("id")), _step(node, drawing))
    for edge in items(canvas.get("edges")):
        _line(edge, pieces, drawing)
    for node in items(canvas.get("nodes")):
        _inner_lines(node, pieces, drawing)
    _beginning(pieces, drawing)


def _step(node: JSON, drawing: Drawing) -> Piece:
    data = obj(node.get("data"))
    at = obj(node.get("position"))
    place = (float(whole(at.get("x"), 0) or 0), float(whole(at.get("y"), 0) or 0))
    kind = text(data.get("nodeType")) or text(node.get("type"))
    plain = "".join(letter for letter in kind.lower() if letter.isalnum())
    reader = next((READERS[name] for name in (plain, plain.removesuffix("node")) if name in READERS), None)
    if plain.startswith("trigger"):
        reader = _start
    return reader(data, drawing, place) if reader else drawing.placeholder(kind, data.get("label"), data, place)


def _words(data: JSON, *names: str) -> str:
    """The first text that is there, also one level down."""
    for name in names or WORDS:
        found = data.get(name)
        inner = next((text(obj(found).get(each)) for each in WORDS if text(obj(found).get(each))), "")
        if text(found) or inner:
            return with_gaps(text(found) or inner)
    return ""


def _name(data: JSON) -> str:
    return next(
        (
            variable(data[name])
            for name in ("variableName", "variable", "outputVariable", "output_variable")
            if data.get(name)
        ),
        "",
    )


def _line(edge: JSON, pieces: dict[str, Piece], drawing: Drawing) -> None:
    source, target = pieces.get(text(edge.get("source"))), pieces.get(text(edge.get("target")))
    if source is None or target is None:
        return
    handle = text(edge.get("sourceHandle")) or text(edge.get("condition")) or text(edge.get("label"))
    ports = source.exits.get(handle) or source.exits.get(handle.casefold()) or source.exits[""]
    drawing.connect(ports, target.entry)


def _inner_lines(node: JSON, pieces: dict[str, Piece], drawing: Drawing) -> None:
    """Steps may name the next one inside: each button its own, a jump its goal, a switch that of each case."""
    data, piece = obj(node.get("data")), pieces[text(node.get("id"))]
    for button in items(data.get("buttons")):
        goal = pieces.get(text(button.get("targetNodeId") or button.get("next")))
        if goal is not None:
            drawing.connect(piece.exits.get(text(button.get("id")), []), goal.entry)
    for case, goal_id in obj(data.get("cases")).items():
        goal = pieces.get(text(goal_id))
        if goal is not None:
            drawing.connect(piece.exits.get(case, []), goal.entry)
    goal = pieces.get(text(data.get("targetNodeId") or data.get("targetNode")))
    if drawing.nodes[piece.entry]["kind"] == "jump" and goal is not None:
        drawing.nodes[piece.entry]["fields"]["node"] = goal.entry


def _beginning(pieces: dict[str, Piece], drawing: Drawing) -> None:
    """One start; without one, before the first step."""
    starts = [key for key, node in drawing.nodes.items() if node["kind"] == "start"]
    for extra in starts[1:]:
        drawing.nodes[extra].update(kind="set_variable", fields={"variable": "start", "how": "set", "value": "1"})
        drawing.warn(_("The file has several starts. Only the first one begins the flow."))
    if not starts and pieces:
        entry = next(iter(pieces.values())).entry
        drawing.connect([(drawing.add("start", "", {"variables": []}, (-ACROSS, 0)), "next")], entry)


def _start(data: JSON, drawing: Drawing, at: Place) -> Piece:
    words = data.get("keywords")
    if isinstance(words, list) and words:
        told = ", ".join(text(word) for word in words[:20] if text(word))
        drawing.warn(_("Create a trigger for these words: %(words)s") % {"words": told})
    return drawing.piece("start", data.get("label"), {"variables": []}, at)


def _message(data: JSON, drawing: Drawing, at: Place) -> Piece:
    address = with_gaps(data.get("mediaUrl") or data.get("media_url"))
    if address:
        drawing.warn(_("A file is sent as a link (%(url)s). Upload it and use the step for files.") % {"url": address})
    words = "\n".join(filter(None, [_words(data), address]))
    return drawing.piece("message", data.get("label"), {"text": words[: limits.TEXT] or "…"}, at)


def _question(data: JSON, drawing: Drawing, at: Place) -> Piece:
    rules = obj(data.get("validation"))
    words = _words(data, "question", "questionText", "message", "content", "text") or "…"
    asked: dict[str, Any] = {"text": words, "variable": _name(data), "hint": with_gaps(rules.get("errorMessage"))}
    titles = _titles(data.get("options"))
    if titles:
        return options(drawing, data.get("label"), asked, titles, at)
    kind = (text(data.get("responseType")) or text(rules.get("type")) or "text").lower()
    least = whole(rules.get("min", rules.get("minLength", rules.get("min_length"))))
    most = whole(rules.get("max", rules.get("maxLength", rules.get("max_length"))))
    fields = {**asked, "type": kind if kind in TYPES else "text", "least": least, "most": most}
    return drawing.piece("question", data.get("label"), fields, at)


def _titles(found: Any) -> list[str]:
    rows = _listed(found)
    named = [text(row) or text(obj(row).get("label") or obj(row).get("title") or obj(row).get("text")) for row in rows]
    return [title for title in named if title]


def _buttons(data: JSON, drawing: Drawing, at: Place) -> Piece:
    rows = items(data.get("buttons"))
    titles = [text(row.get("title") or row.get("text") or row.get("label")) or "…" for row in rows]
    if not titles:
        return _message(data, drawing, at)
    piece = options(drawing, data.get("label"), {"text": _words(data) or "…", "variable": _name(data)}, titles, at)
    return _by_id(piece, rows)


def _by_id(piece: Piece, rows: list[JSON]) -> Piece:
    named: Exits = {text(row.get("id")): piece.exits.get(str(index), []) for index, row in enumerate(rows)}
    return Piece(piece.entry, {**piece.exits, **named, "": piece.exits[""]})


def _list(data: JSON, drawing: Drawing, at: Place) -> Piece:
    content = obj(data.get("content")) or data
    rows = [row for section in items(content.get("sections")) for row in items(section.get("rows"))]
    titles = [text(row.get("title")) or "…" for row in rows]
    if not titles:
        return _message(data, drawing, at)
    asked = {"text": _words(content, "body", "bodyText", "message", "text") or "…", "variable": _name(data)}
    return _by_id(options(drawing, data.get("label"), asked, titles, at), rows)


def _rule(row: JSON) -> dict[str, str]:
    operator = OPERATORS.get(text(row.get("operator")), "equals")
    named = with_gaps(row.get("variable")).strip("{} ")
    return {"variable": variable(named), "operator": operator, "value": with_gaps(row.get("value"))[:1_000]}


def _condition(data: JSON, drawing: Drawing, at: Place) -> Piece:
    """With a branch for each condition: one step each, one after the other. Otherwise one step with yes and no."""
    rows = items(data.get("conditions"))
    if not any(text(row.get("branch")) for row in rows):
        match = "any" if text(data.get("logicOperator")).upper() == "OR" else "all"
        fields = {"match": match, "rules": [_rule(row) for row in rows][:20]}
        key = drawing.add("condition", data.get("label"), fields, at)
        exits: Exits = dict.fromkeys(YES, [(key, "yes")]) | dict.fromkeys(NO, [(key, "no")])
        return Piece(key, {**exits, "": [(key, "yes"), (key, "no")]})
    keys = [
        drawing.add(
            "condition", data.get("label"), {"match": "all", "rules": [_rule(row)]}, (at[0] + index * ACROSS, at[1])
        )
        for index, row in enumerate(rows)
    ]
    for before, after in zip(keys, keys[1:], strict=False):
        drawing.connect([(before, "no")], after)
    exits = {text(row.get("branch")): [(key, "yes")] for row, key in zip(rows, keys, strict=True)}
    return Piece(keys[0], {**dict.fromkeys(NO, [(keys[-1], "no")]), **exits, "": [(keys[-1], "no")]})


def _switch(data: JSON, drawing: Drawing, at: Place) -> Piece:
    names = [name for name in obj(data.get("cases")) if name not in NO][:30]
    cases = [{"id": f"o{index}", "operator": "equals", "value": name} for index, name in enumerate(names, 1)]
    path = variable(with_gaps(data.get("condition") or data.get("variable")).strip("{} "))
    piece = drawing.piece("switch", data.get("label"), {"variable": path, "cases": cases}, at)
    exits: Exits = {name: [(piece.entry, case["id"])] for name, case in zip(names, cases, strict=True)}
    return Piece(piece.entry, {**exits, "default": [(piece.entry, "other")], "": piece.exits[""]})


def _set(data: JSON, drawing: Drawing, at: Place) -> Piece:
    value = with_gaps(data.get("variableValue", data.get("value")))[:4_000]
    fields = {"variable": _name(data), "how": "set" if value else "clear", "value": value}
    return drawing.piece("set_variable", data.get("label"), fields, at)


def _delay(data: JSON, drawing: Drawing, at: Place) -> Piece:
    seconds = whole(data.get("delaySeconds", data.get("seconds", data.get("delay"))), 1) or 1
    return drawing.piece("delay", data.get("label"), {"amount": max(1, min(seconds, 86_400)), "unit": "seconds"}, at)


def _listed(found: Any) -> list[Any]:
    return found if isinstance(found, list) else []


def _random(data: JSON, drawing: Drawing, at: Place) -> Piece:
    weights = _listed(data.get("weights"))
    count = max(2, min(whole(data.get("outputCount"), len(weights)) or 2, 10))
    ways = [
        {"id": f"o{n + 1}", "title": str(n + 1), "weight": text(weights[n])[:6] if n < len(weights) else ""}
        for n in range(count)
    ]
    piece = drawing.piece("random", data.get("label"), {"ways": ways}, at)
    named: Exits = {f"output-{n}": [(piece.entry, way["id"])] for n, way in enumerate(ways)}
    return Piece(piece.entry, {**named, "": piece.exits[""]})


def _handoff(data: JSON, drawing: Drawing, at: Place) -> Piece:
    """Ids of queues and people are those of the other program: the number's own queue takes over."""
    drawing.warn(
        _("Choose who takes over in “%(name)s”.") % {"name": text(data.get("label")) or _("Hand over to a person")}
    )
    words = with_gaps(data.get("transferMessage"))[: limits.TEXT]
    fields = {"text": words, "note": with_gaps(data.get("contextMessage"))[:1_000], "queue": ""}
    return Piece(drawing.add("handoff", data.get("label"), fields, at), {"": []})


def _end(data: JSON, drawing: Drawing, at: Place) -> Piece:
    words = with_gaps(data.get("endMessage") or data.get("farewellMessage"))
    if not words:
        return Piece(drawing.add("end", data.get("label"), {"then": "leave"}, at), {"": []})
    said = drawing.add("message", data.get("label"), {"text": words[: limits.TEXT]}, at)
    drawing.connect([(said, "next")], drawing.add("end", "", {"then": "leave"}, (at[0] + ACROSS, at[1])))
    return Piece(said, {"": []})


def _http(data: JSON, drawing: Drawing, at: Place) -> Piece:
    headers = [{"name": text(name), "value": with_gaps(value)} for name, value in obj(data.get("headers")).items()][:20]
    query = urlencode({name: text(value) for name, value in obj(data.get("query_params")).items()}, safe="{}")
    body = data.get("body")
    name = _name(data)
    fields = {
        "method": text(data.get("method")).upper() or "GET",
        "url": with_gaps(data.get("url")) + (f"?{query}" if query else ""),
        "headers": headers,
        "body": with_gaps(orjson.dumps(body).decode() if isinstance(body, dict | list) else body),
        "mapping": [{"path": "", "variable": name}] if name else [],
    }
    return drawing.piece("http_request", data.get("label"), fields, at)


def _event(data: JSON, drawing: Drawing, at: Place) -> Piece:
    rows = [{"name": text(name), "value": with_gaps(value)} for name, value in obj(data.get("eventData")).items()][:10]
    fields = {"name": variable(data.get("eventName")), "details": rows}
    return drawing.piece("event", data.get("label"), fields, at)


def _jump(data: JSON, drawing: Drawing, at: Place) -> Piece:
    return Piece(drawing.add("jump", data.get("label"), {"node": ""}, at), {"": []})


def _template(data: JSON, drawing: Drawing, at: Place) -> Piece:
    name, language = text(data.get("templateName")), text(data.get("templateLanguage")) or "pt_BR"
    values = [{"value": with_gaps(row)} for row in _listed(data.get("parameters")) if text(row)][:30]
    return drawing.piece("template", data.get("label"), {"template": f"{name}|{language}", "values": values}, at)


def _ai(data: JSON, drawing: Drawing, at: Place) -> Piece:
    """Whose account it asks is the other program's: it has to be chosen here."""
    fields = {
        "provider": "",
        "prompt": with_gaps(data.get("prompt"))[:8_000],
        "system": with_gaps(data.get("systemMessage"))[:8_000],
        "variable": _name(data),
    }
    return drawing.piece("ai_prompt", data.get("label"), fields, at)


READERS: dict[str, Callable[[JSON, Drawing, Place], Piece]] = {
    "start": _start,
    "message": _message,
    "text": _message,
    "question": _question,
    "input": _question,
    "buttons": _buttons,
    "interactivebuttons": _buttons,
    "list": _list,
    "interactivelist": _list,
    "condition": _condition,
    "switch": _switch,
    "setvariable": _set,
    "delay": _delay,
    "random": _random,
    "handoff": _handoff,
    "end": _end,
    "apicall": _http,
    "httprequest": _http,
    "webhook": _http,
    "analytics": _event,
    "aiprompt": _ai,
    "jump": _jump,
    "whatsapptemplate": _template,
}
