"""Catalogues are read, packed and compared with the sources without gettext's programs."""

import gettext
from pathlib import Path

import pytest

from deploy import catalogue, messages

PO = r"""
msgid ""
msgstr ""
"Content-Type: text/plain; charset=UTF-8\n"
"Plural-Forms: nplurals=2; plural=(n > 1);\n"

#: templates/x.html
msgid "Save"
msgstr "Salvar"
msgctxt "verb"
msgid "Open"
msgstr "Abrir"

#, fuzzy
msgid "guessed"
msgstr "adivinhado"

#, python-format
msgid "%(n)s message"
msgid_plural "%(n)s messages"
msgstr[0] "%(n)s mensagem"
msgstr[1] ""
"%(n)s "
"mensagens"

#~ msgid "old"
#~ msgstr "velho"
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    folder = tmp_path / "locale" / "pt_BR" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(PO)
    (tmp_path / "templates").mkdir()
    return tmp_path


@pytest.fixture
def translations(root: Path) -> gettext.GNUTranslations:
    catalogue.compile_all(root)
    with next(root.rglob("*.mo")).open("rb") as file:
        return gettext.GNUTranslations(file)


def test_plain_context_and_plural_entries_are_found(translations: gettext.GNUTranslations) -> None:
    assert translations.gettext("Save") == "Salvar"
    assert translations.pgettext("verb", "Open") == "Abrir"
    assert translations.ngettext("%(n)s message", "%(n)s messages", 1) == "%(n)s mensagem"
    assert translations.ngettext("%(n)s message", "%(n)s messages", 2) == "%(n)s mensagens"


@pytest.mark.parametrize("msgid", ["guessed", "old"])
def test_fuzzy_and_obsolete_entries_are_left_out(translations: gettext.GNUTranslations, msgid: str) -> None:
    assert translations.gettext(msgid) == msgid


def test_templates_and_code_are_read(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text(
        "{% translate 'One' %}{% translate \"It's\" context 'c' %}"
        "{% blocktranslate count n=x %}{{ n }} a{% plural %}{{ n }} b{% endblocktranslate %}"
    )
    code = tmp_path / "code.py"
    code.write_text('_("A" "B")\nngettext("x", "xs", n)\npgettext_lazy("c", "y")\nnot_gettext("z")\n')
    assert list(messages.from_template(page)) == ["One", "c\x04It's", "%(n)s a"]
    assert list(messages.from_python(code)) == ["AB", "x", "c\x04y"]


def test_drift_is_told_both_ways(root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (root / "templates" / "page.html").write_text("{% translate 'New' %}{% translate 'Save' %}")
    monkeypatch.setattr(messages, "ROOT", root)
    monkeypatch.setattr(messages, "CATALOGUE", next(root.rglob("*.po")))
    report = messages.report()
    assert "missing: 'New' (templates/page.html)" in report
    assert "no longer used: 'verb\\x04Open'" in report
    assert "untranslated: 'guessed'" in report
    assert not any("'Save'" in line for line in report)


def test_a_translation_with_another_variable_is_told() -> None:
    assert messages.same_placeholders(catalogue.Entry(("Hi %(name)s",), ("Oi %(name)s",)))
    assert not messages.same_placeholders(catalogue.Entry(("Hi %(name)s",), ("Oi %(nome)s",)))
