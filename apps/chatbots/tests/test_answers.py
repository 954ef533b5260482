"""Reading answers: pure."""

import pytest

from apps.chatbots import pix
from apps.chatbots.answers import Asked, read
from apps.chatbots.comparing import holds
from apps.chatbots.state import Said


@pytest.mark.parametrize(
    ("kind", "text", "kept"),
    [
        ("number", "1.234,50", 1234.5),
        ("number", "nan", None),
        ("email", "Maria@Example.com ", "maria@example.com"),
        ("email", "maria", None),
        ("phone", "(11) 98888-7777", "5511988887777"),
        ("phone", "123", None),
        ("cpf", "529.982.247-25", "52998224725"),
        ("cpf", "529.982.247-24", None),
        ("cpf", "111.111.111-11", None),
        ("cnpj", "11.222.333/0001-81", "11222333000181"),
        ("cnpj", "12.abc.345/01de-35", "12ABC34501DE35"),
        ("cnpj", "11.222.333/0001-80", None),
        ("cep", "01310100", "01310-100"),
        ("date", "25/12/2026", "2026-12-25"),
        ("date", "31/02/2026", None),
        ("text", "  ", None),
        ("pattern", "ABC-1234", "ABC-1234"),
        ("pattern", "ABC", None),
        ("file", "x", None),
    ],
)
def test_answers_are_checked_and_brought_into_one_form(kind, text, kept):
    assert read(kind, Said(text=text), Asked(pattern="[A-Z]{3}-[0-9]{4}")) == kept


def test_limits_of_numbers_and_texts():
    assert read("number", Said(text="9"), Asked(least=10)) is None
    assert read("text", Said(text="abc"), Asked(most=2)) is None


def test_a_pattern_of_a_hostile_customer_takes_no_time():
    assert read("pattern", Said(text="a" * 4_000 + "!"), Asked(pattern="(a+)+$")) is None


def test_the_pix_code_of_the_manual_has_its_crc():
    assert pix.crc("123456789") == 0x29B1
    code = pix.br_code(key="123e4567-e12b-12d1-a456-426655440000", name="Fulano de Tal", city="BRASILIA")
    assert code.endswith("63041D3D")


def test_comparisons_never_raise():
    assert holds("equals", "São Paulo", "sao  paulo")
    assert holds("more", "1.000,50", "1000")
    assert holds("less", "2026-01-02", "2026-01-03")
    assert not holds("more", {"a": 1}, "x")
    assert not holds("gone", 1, "1")
