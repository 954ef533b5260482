"""The rules of the house that no linter knows: sizes, floors of string foreign keys, templates without inline code."""

import ast
import re
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from django.apps import apps
from django.db import models

ROOT = Path(__file__).resolve().parents[2]
MAX_FILE, MAX_FUNCTION = 400, 40
# Lower floors first; apps of one floor are siblings.
FLOORS = [
    ["core"],
    ["accounts"],
    ["organizations"],
    ["audit"],
    ["vault", "media", "notifications"],
    ["contacts", "whatsapp", "teams", "datasources", "ai"],
    ["conversations"],
    ["routing"],
    ["chatbots"],
    ["desk", "console", "ops"],
]
FLOOR = {name: level for level, names in enumerate(FLOORS) for name in names}


def sources() -> Iterator[Path]:
    for folder in ("apps", "pytake"):
        yield from (path for path in (ROOT / folder).rglob("*.py") if "migrations" not in path.parts)


def templates() -> Iterator[Path]:
    yield from (ROOT / "templates").rglob("*.html")


def too_long_functions(source: str) -> list[str]:
    functions = (
        node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    )
    return [node.name for node in functions if (node.end_lineno or 0) - node.lineno + 1 > MAX_FUNCTION]


def unfinished(source: str) -> list[str]:
    """Raised placeholders and notes for later. Catching the error of somebody else's library is fine."""
    raised = (node.exc for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Raise) and node.exc)
    names = [getattr(getattr(exc, "func", exc), "id", "") for exc in raised]
    return [name for name in names if name == WORD] + re.findall(r"#.*\b(?:TODO|FIXME|XXX)\b.*", source)


WORD = "NotImplementedError"
FORBIDDEN = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "event attribute": re.compile(r"<[^>]*\son[a-z]+\s*=", re.IGNORECASE),
    "hx-on": re.compile(r"\shx-on"),
    "javascript in attributes": re.compile(r"=\s*[\"']\s*(?:js|javascript):", re.IGNORECASE),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)[^>]*>", re.IGNORECASE),
    "inline style": re.compile(r"<style\b", re.IGNORECASE),
    "unescaped text": re.compile(r"\|\s*safe\b|\{%\s*autoescape\s+off"),
    "trigger filter": re.compile(r"hx-trigger=\"[^\"]*\["),
}


# Mail programs know no style sheets; help texts are Django's own HTML, never a person's words.
EXEMPT = {"emails/": {"style attribute", "inline style"}, "components/field.html": {"unescaped text"}}


def allowed(name: str) -> set[str]:
    return set().union(*(names for prefix, names in EXEMPT.items() if name.startswith(prefix)))


def offences(text: str) -> list[str]:
    return [name for name, pattern in FORBIDDEN.items() if pattern.search(text)]


def problems_of(path: Path) -> list[str]:
    source = path.read_text()
    too_long = [f"{lines} lines"] if (lines := source.count("\n")) > MAX_FILE else []
    return [*too_long, *too_long_functions(source), *(unfinished(source) if path != Path(__file__) else [])]


def wrong(paths: Iterator[Path], look: Callable[[Path], Iterable[str]]) -> dict[str, list[str]]:
    """{file: what is wrong with it}; one test for all of them, since a test for each costs more than the looking."""
    found = {str(path.relative_to(ROOT)): sorted(look(path)) for path in paths}
    assert len(found) > 100
    return {path: problems for path, problems in found.items() if problems}


def test_files_and_functions_are_short_and_finished():
    assert wrong(sources(), problems_of) == {}


def test_templates_carry_no_inline_code_and_no_unescaped_text():
    def look(path: Path) -> set[str]:
        return set(offences(path.read_text())) - allowed(str(path.relative_to(ROOT / "templates")))

    assert wrong(templates(), look) == {}


OFFENDERS = {
    "style attribute": '<p class="a" style="color: red">',
    "event attribute": '<button onclick="go()">',
    "hx-on": '<div hx-on:click="go()">',
    "javascript in attributes": '<div hx-vals="js:{a: 1}">',
    "inline script": "<script>go()</script>",
    "inline style": "<style>p {}</style>",
    "unescaped text": "{{ name|safe }}",
    "trigger filter": '<div hx-trigger="click[ctrlKey]">',
}


@pytest.mark.parametrize(("name", "text"), list(OFFENDERS.items()))
def test_the_template_guard_sees_each_offence(name, text):
    assert name in offences(text)
    assert offences('<script src="/a.js"></script><a class="on" href="{% url "x" %}">{{ name }}</a>') == []


def test_the_source_guards_see_offences():
    long = "def f():\n" + "    x = 1\n" * MAX_FUNCTION
    assert too_long_functions(long) == ["f"]
    assert unfinished(f"raise {WORD}") == [WORD]
    assert unfinished("x = 1  # TO" + "DO later")


def test_the_source_guard_names_the_file_and_what_is_wrong(tmp_path, monkeypatch):
    monkeypatch.setattr("pytake.tests.test_architecture.ROOT", tmp_path)
    for number in range(101):
        (tmp_path / f"{number}.py").write_text("x = 1\n" * (MAX_FILE + (number == 7)))
    assert wrong(tmp_path.rglob("*.py"), problems_of) == {"7.py": [f"{MAX_FILE + 1} lines"]}


def own_models() -> Iterator[type[models.Model]]:
    yield from (model for model in apps.get_models() if model.__module__.startswith("apps."))


def points_upwards(of: str, to: str) -> bool:
    """Upwards or sideways to a sibling."""
    return of != to and FLOOR[to] >= FLOOR[of]


def test_every_app_stands_on_a_floor():
    folders = {path.name for path in (ROOT / "apps").iterdir() if (path / "apps.py").exists()}
    assert folders == set(FLOOR)


@pytest.mark.parametrize("model", list(own_models()), ids=lambda model: model._meta.label)
def test_foreign_keys_point_down_even_when_written_as_text(model):
    targets = {
        field.related_model._meta.app_label
        for field in model._meta.get_fields()
        if field.concrete and field.is_relation
    }
    of = model._meta.app_label
    assert [to for to in targets if to in FLOOR and points_upwards(of, to)] == []


def test_the_floor_guard_sees_upward_and_sideways_keys():
    assert points_upwards("contacts", "conversations")
    assert points_upwards("contacts", "whatsapp")
    assert not points_upwards("conversations", "contacts")
