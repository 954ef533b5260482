"""A template taken apart: gaps, the text with them filled in, and Meta's send components."""

import pytest

from django.utils import translation

from apps.whatsapp.models import Template
from apps.whatsapp.providers.base import SendKind, SendRequest
from apps.whatsapp.providers.cloud.builders import build_message
from apps.whatsapp.template_parts import take_apart
from apps.whatsapp.tests.factories import body_part

URL = {"type": "URL", "text": "Rastrear", "url": "https://aurora.example/p/{{1}}", "example": ["88"]}


def template(*components, **facts):
    return Template(**{"status": "APPROVED", "components": list(components), **facts})


def test_numbered_gaps_in_order_with_their_examples():
    plan = take_apart(template(body_part("{{2}} e {{1}} e {{2}}", "um", "dois")))
    assert [(each.key, each.example) for each in plan.variables] == [("body-1", "um"), ("body-2", "dois")]
    values = {"body-1": "A", "body-2": "B"}
    assert plan.filled(values)["body"] == "B e A e B"
    assert plan.components(values) == [
        {"type": "body", "parameters": [{"type": "text", "text": "A"}, {"type": "text", "text": "B"}]}
    ]


def test_named_gaps_carry_their_names():
    example = {"body_text_named_params": [{"param_name": "nome", "example": "Ana"}]}
    plan = take_apart(template({"type": "body", "text": "Oi, {{nome}}", "example": example}, named_variables=True))
    assert plan.variables[0].example == "Ana"
    (part,) = plan.components({"body-nome": "Bia"})
    assert part["parameters"] == [{"type": "text", "text": "Bia", "parameter_name": "nome"}]


def test_headers_links_and_codes():
    header = {"type": "HEADER", "format": "TEXT", "text": "Pedido {{1}}", "example": {"header_text": ["88"]}}
    code = {"type": "COPY_CODE", "example": "AURORA10"}
    quick = {"type": "QUICK_REPLY", "text": "Ok"}
    plan = take_apart(template(header, body_part("Saiu."), {"type": "BUTTONS", "buttons": [quick, URL, code]}))
    assert [each.key for each in plan.variables] == ["header-1", "button-1", "button-2"]
    parts = plan.components({"header-1": "88", "button-1": "88", "button-2": "PIX5"})
    assert [(part["type"], part.get("sub_type"), part.get("index")) for part in parts] == [
        ("header", None, None),
        ("button", "url", "1"),
        ("button", "copy_code", "2"),
    ]
    assert plan.url_of(URL, "88") == "https://aurora.example/p/88"


def test_a_one_time_code_is_repeated_on_its_button():
    otp = {"type": "BUTTONS", "buttons": [{"type": "OTP", "otp_type": "COPY_CODE", "text": "Copiar"}]}
    plan = take_apart(template(body_part("{{1}} é o código."), otp))
    assert [part["parameters"][0]["text"] for part in plan.components({"body-1": "123"})] == ["123", "123"]


def test_a_header_with_a_file_gets_its_id_at_delivery():
    content = {"name": "a", "language": "pt_BR", "header_media": "document", "media_id": "9", "filename": "a.pdf"}
    sent = build_message(SendRequest(SendKind.TEMPLATE, content, to="5511"))["template"]
    file = {"id": "9", "filename": "a.pdf"}
    assert sent["components"] == [{"type": "header", "parameters": [{"type": "document", "document": file}]}]


def test_a_place_as_header():
    plan = take_apart(template({"type": "HEADER", "format": "LOCATION"}, body_part("Aqui.")))
    place = {"latitude": -23.5, "longitude": -46.6, "name": "Loja", "address": "Rua A"}
    assert plan.components({}, location=place)[0]["parameters"] == [{"type": "location", "location": place}]


@pytest.mark.parametrize(
    "components",
    [
        [],
        ["text"],
        [{"type": ["BODY"]}],
        [{"type": "BODY", "text": 5, "example": [1]}, {"type": "CAROUSEL", "cards": []}],
        [body_part("a"), {"type": "HEADER", "format": "PRODUCT"}],
    ],
    ids=["nothing", "text", "odd type", "carousel", "product"],
)
def test_what_can_not_be_sent_by_hand_says_so_and_breaks_nothing(components):
    plan = take_apart(template(*components))
    assert plan.problem
    assert isinstance(plan.filled({})["body"], str)


def test_the_reason_names_what_is_in_the_way():
    with translation.override("en"):
        carousel = {"type": "CAROUSEL", "cards": []}
        assert "carousel" in str(take_apart(template(body_part("a"), carousel)).problem)


def test_only_approved_templates_have_no_problem():
    assert not take_apart(template(body_part("a"))).problem
    assert take_apart(template(body_part("a"), status="PAUSED")).problem


def card(words="Vestido por {{1}}", header="IMAGE"):
    quick = {"type": "QUICK_REPLY", "text": "Quero"}
    parts = [
        {"type": "HEADER", "format": header},
        body_part(words, "R$ 9"),
        {"type": "BUTTONS", "buttons": [quick, URL]},
    ]
    return {"components": parts}


def test_a_carousels_cards_have_gaps_files_and_replies_of_their_own():
    plan = take_apart(template(body_part("Oi, {{1}}", "Ana"), {"type": "CAROUSEL", "cards": [card(), card("Bolsa")]}))
    assert not plan.problem
    assert [[gap.key for gap in each.variables] for each in plan.cards] == [["body-1", "button-1"], ["button-1"]]
    values = {"body-1": "Ana", "card-0-body-1": "R$ 5", "card-0-button-1": "v", "card-1-button-1": "b"}
    shown = [{"media": "image"}, {"media": "image"}]
    facts = {"name": "a", "language": "pt_BR", "cards": shown, "card_media": ["7", "8"]}
    content = facts | {"components": plan.components(values)}
    body, carousel = build_message(SendRequest(SendKind.TEMPLATE, content, to="5511"))["template"]["components"]
    assert body["parameters"][0]["text"] == "Ana"
    first, second = carousel["cards"]
    assert (first["card_index"], second["card_index"]) == (0, 1)
    assert first["components"][0] == {"type": "header", "parameters": [{"type": "image", "image": {"id": "7"}}]}
    assert first["components"][1]["parameters"] == [{"type": "text", "text": "R$ 5"}]
    told = [each["parameters"][0] for each in second["components"][1:]]
    assert told == [{"type": "text", "text": "b"}, {"type": "payload", "payload": "2: Quero"}]


@pytest.mark.parametrize("cards", [[card()], [card(), card(header="PRODUCT")], [card(), {"components": "?"}]])
def test_a_carousel_that_whatsapp_would_refuse_can_not_be_sent(cards):
    assert take_apart(template(body_part("Oi"), {"type": "CAROUSEL", "cards": cards})).problem
