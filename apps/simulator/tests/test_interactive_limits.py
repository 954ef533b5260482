"""Interactive messages: what fits and what does not."""

import copy

import pytest

from apps.simulator.errors import GraphError
from apps.simulator.validation_interactive import check_interactive

BUTTONS = {
    "type": "button",
    "body": {"text": "Escolha"},
    "action": {"buttons": [{"type": "reply", "reply": {"id": "a", "title": "Sim"}}]},
}
LIST = {
    "type": "list",
    "body": {"text": "Escolha"},
    "action": {"button": "Ver", "sections": [{"title": "Um", "rows": [{"id": "1", "title": "Linha"}]}]},
}
URL = {
    "type": "cta_url",
    "body": {"text": "Abra"},
    "action": {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": "https://exemplo.com.br"}},
}


def button(number: int, title: str = "") -> dict:
    return {"type": "reply", "reply": {"id": f"id{number}", "title": title or f"Botão {number}"}}


def rows(count: int, start: int = 0) -> list[dict]:
    return [{"id": f"r{start + i}", "title": f"Linha {start + i}"} for i in range(count)]


def refused(base: dict, **changes) -> int:
    content = copy.deepcopy(base)
    for path, value in changes.items():
        place = content
        *way, last = path.split("__")
        for step in way:
            place = place[step]
        place[last] = value
    with pytest.raises(GraphError) as caught:
        check_interactive(content)
    return caught.value.code


@pytest.mark.parametrize("content", [BUTTONS, LIST, URL])
def test_ordinary_messages_pass(content) -> None:
    check_interactive(content)


def test_the_largest_allowed_messages_pass() -> None:
    check_interactive({**BUTTONS, "body": {"text": "x" * 1024}, "footer": {"text": "x" * 60}})
    check_interactive({**BUTTONS, "action": {"buttons": [button(i, f"{i}" + "x" * 19) for i in range(3)]}})
    sections = [{"title": f"S{i}", "rows": rows(1, i)} for i in range(10)]
    check_interactive({**LIST, "body": {"text": "x" * 4096}, "action": {"button": "x" * 20, "sections": sections}})


def test_buttons_are_limited() -> None:
    assert refused(BUTTONS, action__buttons=[button(i) for i in range(4)]) == 131009
    assert refused(BUTTONS, action__buttons=[]) == 131009
    assert refused(BUTTONS, action__buttons=[button(1, "x" * 21)]) == 100
    assert refused(BUTTONS, action__buttons=[button(1), button(1)]) == 131009
    assert refused(BUTTONS, action__buttons=[button(1, "Sim"), button(2, "Sim")]) == 131009
    assert refused(BUTTONS, body={"text": "x" * 1025}) == 100
    assert refused(BUTTONS, footer={"text": "x" * 61}) == 100
    assert refused(BUTTONS, header={"type": "text", "text": "x" * 61}) == 100
    assert refused(BUTTONS, header={"type": "audio"}) == 131009


def test_lists_are_limited() -> None:
    assert refused(LIST, action__sections=[{"title": "Um", "rows": rows(11)}]) == 131009
    two = [{"title": "Um", "rows": rows(6)}, {"title": "Dois", "rows": rows(5, 6)}]
    assert refused(LIST, action__sections=two) == 131009
    assert refused(LIST, action__sections=[{"rows": rows(1)}, {"title": "Dois", "rows": rows(1, 1)}]) == 131008
    assert refused(LIST, action__sections=[{"title": "x" * 25, "rows": rows(1)}]) == 100
    assert refused(LIST, action__sections=[{"title": "Um", "rows": [{"id": "1", "title": "x" * 25}]}]) == 100
    long = {"id": "1", "title": "Linha", "description": "x" * 73}
    assert refused(LIST, action__sections=[{"title": "Um", "rows": [long]}]) == 100
    assert refused(LIST, action__button="x" * 21) == 100
    assert refused(LIST, header={"type": "image", "image": {"id": "1"}}) == 131009


def test_other_kinds_are_checked_too() -> None:
    assert refused(URL, action__parameters={"display_text": "x" * 21, "url": "https://a.b"}) == 100
    assert refused(URL, action__parameters={"display_text": "Abrir", "url": "javascript:1"}) == 100
    assert refused({**URL, "type": "hologram"}) == 131009
    assert refused({"type": "location_request_message", "body": {"text": "Onde?"}, "action": {"name": "x"}}) == 131009
    card = {"header": {"type": "image"}, "action": URL["action"]}
    assert refused({"type": "carousel", "body": {"text": "Veja"}, "action": {"cards": [card]}}) == 131009
    with pytest.raises(GraphError):
        check_interactive("text")


CHARGE = {
    "type": "order_details",
    "body": {"text": "Pague"},
    "action": {
        "name": "review_and_pay",
        "parameters": {
            "reference_id": "abc",
            "type": "digital-goods",
            "payment_type": "br",
            "currency": "BRL",
            "total_amount": {"value": 1050, "offset": 100},
            "payment_settings": [
                {
                    "type": "pix_dynamic_code",
                    "pix_dynamic_code": {"code": "0002", "merchant_name": "Loja", "key": "a@b.co", "key_type": "EMAIL"},
                }
            ],
            "order": {
                "status": "pending",
                "items": [{"name": "Caneca", "amount": {"value": 1050, "offset": 100}, "quantity": 1}],
                "subtotal": {"value": 1050, "offset": 100},
            },
        },
    },
}


def test_a_charge_adds_up_and_names_a_pix_key() -> None:
    check_interactive(copy.deepcopy(CHARGE))
    for path, value in (
        ("action__name", "pay"),
        ("action__parameters__reference_id", ""),
        ("action__parameters__currency", "USD"),
        ("action__parameters__total_amount", {"value": 1, "offset": 100}),
        ("action__parameters__total_amount", {"value": "1050", "offset": 100}),
        ("action__parameters__payment_settings", []),
        ("action__parameters__order", {"items": []}),
    ):
        assert refused(CHARGE, **{path: value}), path
