"""What readers of foreign files draw on: steps, lines, and warnings about what could not be taken over."""

import math
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from apps.chatbots.arranging import arranged
from apps.chatbots.graph import MAX_LABEL, MAX_NODES, SCHEMA
from apps.chatbots.nodes import KINDS
from apps.whatsapp.providers import limits

JSON = Mapping[str, Any]
ACROSS, DOWN = 320, 180
SHOWN = 600
MOST_WARNINGS = 100
_GAP = re.compile(r"\{\{\s*([^{}]{1,160}?)\s*\}\}")


def obj(value: Any) -> JSON:
    return value if isinstance(value, Mapping) else {}


def items(value: Any) -> list[JSON]:
    """The objects of a list; anything else is none."""
    return [each for each in value if isinstance(each, Mapping)] if isinstance(value, list) else []


def text(value: Any) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def whole(value: Any, otherwise: int | None = None) -> int | None:
    """A whole number, also one that is written as text or with a point."""
    try:
        found = float(text(value))
    except ValueError:
        return otherwise
    return int(found) if math.isfinite(found) and abs(found) < 1e9 else otherwise


def variable(name: Any) -> str:
    """A name that PyTake takes: `Nome do cliente` → `nome_do_cliente`. Empty for an empty one."""
    spread = unicodedata.normalize("NFKD", text(name)[:200])
    plain = "".join(letter for letter in spread if not unicodedata.combining(letter))
    found = re.sub(r"[^A-Za-z0-9]+", "_", plain).strip("_").lower()[:36]
    return f"v_{found}" if found[:1].isdigit() else found


def with_gaps(value: Any) -> str:
    """A text whose variables have the names that `variable` gave them; dotted paths stay paths."""
    return _GAP.sub(_gap, text(value))


def _gap(found: re.Match[str]) -> str:
    name = found[1]
    if name.startswith(("#", "/")):
        return ""
    head, *path = name.split(".")
    return "{{" + ".".join([variable(head), *(re.sub(r"[^A-Za-z0-9_-]", "_", part) for part in path)]) + "}}"


@dataclass(slots=True)
class Piece:
    """What one foreign step became: where it is entered, and its ports by the foreign names of its exits (an empty
    name: whatever other exits it has)."""

    entry: str
    exits: dict[str, list[tuple[str, str]]] = field(default_factory=dict)


class Drawing:
    def __init__(self) -> None:
        self.nodes: dict[str, dict[str, Any]] = {}
        self.edges: dict[tuple[str, str], str] = {}
        self.warnings: list[str] = []

    def add(self, kind: str, label: Any, fields: dict[str, Any], at: tuple[float, float] = (0, 0)) -> str:
        """Raises ValidationError when there are too many."""
        if len(self.nodes) >= MAX_NODES:
            raise ValidationError(_("This flow is too large. Split it into several flows."), code="size")
        key = f"n{len(self.nodes) + 1}"
        named = text(label).strip()[:MAX_LABEL]
        self.nodes[key] = {"id": key, "kind": kind, "x": at[0], "y": at[1], "label": named, "fields": fields}
        return key

    def piece(self, kind: str, label: Any, fields: dict[str, Any], at: tuple[float, float]) -> Piece:
        """One step; each of its ports answers to its own name, and its plain ports to any other."""
        key = self.add(kind, label, fields, at)
        return Piece(key, self.exits(key))

    def exits(self, key: str) -> dict[str, list[tuple[str, str]]]:
        ports = self._ports(key)
        found = {name: [(key, name)] for name, _optional in ports}
        return {**found, "": [(key, name) for name, optional in ports if not optional]}

    def _ports(self, key: str) -> list[tuple[str, bool]]:
        node = self.nodes[key]
        kind = KINDS[node["kind"]]
        return [(port.name, port.optional) for port in kind.ports(kind.filled(node["fields"]))]

    def connect(self, ports: Iterable[tuple[str, str]], target: str) -> None:
        """The first line out of a port counts."""
        for port in ports:
            self.edges.setdefault(port, target)

    def replace(self, key: str, piece: Piece) -> Piece:
        """The step `piece`, just added, in the place of the step `key`; with several steps it stays where it is."""
        added = next(reversed(self.nodes))
        if added != piece.entry:
            self.connect(self.exits(key)[""], piece.entry)
            return piece
        node = self.nodes.pop(added)
        self.nodes[key] = {**node, "id": key}
        moved = {name: [(key, port) for _old, port in ports] for name, ports in piece.exits.items()}
        return Piece(key, moved)

    def warn(self, sentence: str) -> None:
        if len(self.warnings) < MOST_WARNINGS:
            self.warnings.append(sentence)

    def placeholder(self, kind: str, label: Any, what: JSON, at: tuple[float, float]) -> Piece:
        """A step that only writes down that something is missing here."""
        named = text(label).strip() or kind
        self.warn(
            _("“%(name)s”: PyTake can't take over “%(kind)s”. Build this step anew.") % {"name": named, "kind": kind}
        )
        told = [f"{name}: {text(value)[:80]}" for name, value in what.items() if text(value)]
        words = "\n".join([_("To be built: %(kind)s") % {"kind": kind}, *told])[:SHOWN]
        return self.piece("action", f"⚠ {named}", {"what": "note", "value": words}, at)

    def finish(self) -> None:
        """What leads nowhere leads to the end."""
        loose = [
            (key, name)
            for key in self.nodes
            for name, optional in self._ports(key)
            if not optional and (key, name) not in self.edges
        ]
        if loose:
            lowest = max((node["y"] for node in self.nodes.values()), default=0)
            self.connect(loose, self.add("end", "", {"then": "leave"}, (0, lowest + DOWN)))

    def graph(self) -> dict[str, Any]:
        self.finish()
        edges = [{"from": source, "port": port, "to": target} for (source, port), target in self.edges.items()]
        return arranged({"schema": SCHEMA, "nodes": list(self.nodes.values()), "edges": edges, "comments": []})


def options(drawing: Drawing, label: Any, asked: dict[str, Any], titles: list[str], at: tuple[float, float]) -> Piece:
    """A question with fixed answers: buttons, a list, or words that are compared. Exits by number."""
    named = [_fitting(drawing, label, title, _longest(len(titles))) for title in titles]
    named = [title if title not in named[:index] else f"{title[:16]} {index + 1}" for index, title in enumerate(named)]
    rows = [{"id": f"o{index + 1}", "title": title} for index, title in enumerate(named)]
    shared = {**asked, "text": text(asked.get("text"))[: limits.BUTTONS_BODY] or "…"}
    if len(rows) <= limits.BUTTONS:
        piece = drawing.piece("buttons", label, {**shared, "buttons": rows}, at)
    elif len(rows) <= limits.LIST_ROWS:
        listed = [{**row, "description": "", "section": ""} for row in rows]
        piece = drawing.piece("list", label, {**shared, "button": str(_("Options")), "rows": listed}, at)
    else:
        return _many(drawing, label, shared, rows[:30], at)
    return Piece(piece.entry, {**_numbered(piece.entry, rows), "": piece.exits[""]})


def _numbered(key: str, rows: list[dict[str, str]]) -> dict[str, list[tuple[str, str]]]:
    return {str(index): [(key, row["id"])] for index, row in enumerate(rows)}


def _longest(count: int) -> int:
    return limits.BUTTON_TITLE if count <= limits.BUTTONS else limits.ROW_TITLE if count <= limits.LIST_ROWS else 80


def _fitting(drawing: Drawing, label: Any, title: str, longest: int) -> str:
    line = " ".join(title.split()) or "…"
    if len(line) > longest:
        told = {"title": line, "most": longest}
        drawing.warn(_("The option “%(title)s” was shortened: WhatsApp shows at most %(most)d characters.") % told)
    return line[:longest].strip()


def _many(
    drawing: Drawing, label: Any, asked: dict[str, Any], rows: list[dict[str, str]], at: tuple[float, float]
) -> Piece:
    name = asked.get("variable") or f"choice_{len(drawing.nodes)}"
    fields = {**asked, "variable": name, "type": "choice", "choices": rows}
    question = drawing.add("question", label, fields, at)
    cases = [{"id": row["id"], "operator": "equals", "value": row["title"]} for row in rows]
    chosen = drawing.add("switch", "", {"variable": name, "cases": cases}, (at[0] + ACROSS, at[1]))
    drawing.connect([(question, "next")], chosen)
    plain = [(chosen, row["id"]) for row in rows] + [(chosen, "other")]
    return Piece(question, {**_numbered(chosen, rows), "": plain})
