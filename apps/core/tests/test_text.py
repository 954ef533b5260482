import pytest

from apps.core.text import clean_name, clean_text


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("olá\nmundo\t👍🏽", "olá\nmundo\t👍🏽"),
        ("a\x00b", "a\ufffdb"),
        ("a\ud800b\udfff", "a\ufffdb\ufffd"),
        ("", ""),
        ("\u202eabc", "\u202eabc"),
    ],
)
def test_text_keeps_everything_but_what_cannot_be_stored(dirty, clean):
    assert clean_text(dirty) == clean
    clean_text(dirty).encode()


@pytest.mark.parametrize(
    ("dirty", "clean"),
    [
        ("Maria da Silva", "Maria da Silva"),
        ("  Maria \n\t da   Silva ", "Maria da Silva"),
        ("João\u202egpj.exe", "Joãogpj.exe"),
        ("A\u2066B\u2069\u200fC\ufeff", "ABC"),
        ("bell\x07\x1b[31m", "bell[31m"),
        ("a\x00b", "a\ufffdb"),
        ("\ud800", "\ufffd"),
        ("👩‍👧 Família", "👩‍👧 Família"),
        ("\u2028 \x85", ""),
    ],
)
def test_names_are_one_honest_line(dirty, clean):
    assert clean_name(dirty) == clean


def test_names_are_cut_to_their_column():
    assert clean_name("x" * 300) == "x" * 255
    assert clean_name("ab cd", 3) == "ab"
