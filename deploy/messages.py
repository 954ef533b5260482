# ruff: noqa: E402, T201
"""Whether the Portuguese catalogue has exactly what templates and code say: nothing missing, nothing left over.

`messages.py check` lists what is wrong and exits 1; `messages.py missing` prints the missing entries as .po text.
Needs Django for its template reader, but none of gettext's programs.
"""

import ast
import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from django.utils.translation.template import templatize

from deploy.catalogue import Entry, read

CATALOGUE = ROOT / "locale" / "pt_BR" / "LC_MESSAGES" / "django.po"
PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop"}
PLURAL = {"ngettext", "ngettext_lazy"}
CONTEXT = {"pgettext", "pgettext_lazy"}
CONTEXT_PLURAL = {"npgettext", "npgettext_lazy"}
# What templatize() makes of the tags, e.g. ` gettext(u'Save') ` or ` npgettext(u'c', u'one', u'many',count) `.
CALL = re.compile(r"\b(n?p?gettext|_)\(((?:\s*u?(?:'(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")\s*,?)+)")
TEXT = re.compile(r"u?('(?:\\.|[^'\\])*'|\"(?:\\.|[^\"\\])*\")")


def used_keys() -> dict[str, str]:
    """Catalogue key → where it is used first."""
    found: dict[str, str] = {}
    for path in sources():
        extract = from_python if path.suffix == ".py" else from_template
        for key in extract(path):
            found.setdefault(key, str(path.relative_to(ROOT)))
    return found


def sources() -> list[Path]:
    python = [path for top in ("apps", "pytake") for path in (ROOT / top).rglob("*.py")]
    templates = [path for top in ("templates", "apps") for path in (ROOT / top).rglob("templates/**/*")]
    templates += [path for path in (ROOT / "templates").rglob("*")]
    code = [path for path in python if not {"tests", "migrations", "simulator"} & set(path.parts)]
    return sorted({*code, *(path for path in templates if path.suffix in {".html", ".txt"})})


def from_python(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        texts = [arg.value for arg in node.args if isinstance(arg, ast.Constant) and isinstance(arg.value, str)]
        if texts and name in PLAIN | PLURAL:
            yield texts[0]
        elif len(texts) > 1 and name in CONTEXT | CONTEXT_PLURAL:
            yield f"{texts[0]}\x04{texts[1]}"


def from_template(path: Path) -> Iterator[str]:
    for call in CALL.finditer(templatize(path.read_text(encoding="utf-8"))):
        texts = [ast.literal_eval(text) for text in TEXT.findall(call[2])]
        context = "p" in call[1].removesuffix("gettext")
        yield f"{texts[0]}\x04{texts[1]}" if context else texts[0]


def report() -> list[str]:
    used = used_keys()
    entries = {entry.key: entry for entry in read(CATALOGUE)}
    lines = [f"missing: {key!r} ({where})" for key, where in used.items() if key not in entries]
    lines += [f"untranslated: {key!r}" for key, entry in entries.items() if not entry.complete]
    lines += [f"no longer used: {key!r}" for key in entries if key not in used]
    return lines + [f"placeholders differ: {key!r}" for key, entry in entries.items() if not same_placeholders(entry)]


def same_placeholders(entry: Entry) -> bool:
    """A translation that names another variable would show a broken sentence or fail."""
    wanted = set().union(*map(placeholders, entry.ids))
    return all(placeholders(text) <= wanted for text in entry.translations)


def placeholders(text: str) -> set[str]:
    return set(re.findall(r"%\(\w+\)[sd]|(?<!\{)\{\w*\}", text))


def as_po(key: str) -> str:
    context, _, msgid = key.rpartition("\x04")
    lines = [f"msgctxt {quoted(context)}"] if context else []
    return "\n".join([*lines, f"msgid {quoted(msgid)}", 'msgstr ""', ""])


def quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return f'"{escaped}"'


def main(mode: str) -> int:
    if mode == "missing":
        known = {entry.key for entry in read(CATALOGUE)} if CATALOGUE.exists() else set()
        print("\n".join(as_po(key) for key in used_keys() if key not in known))
        return 0
    wrong = report() if CATALOGUE.exists() else [f"{CATALOGUE} is missing"]
    print("\n".join(wrong) or "the catalogue is complete")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1] if len(sys.argv) > 1 else "check"))
