import pytest

from django.core.exceptions import ValidationError

from apps.simulator.validation_interactive import check_interactive
from apps.whatsapp.providers import SendKind, SendRequest
from apps.whatsapp.providers.cloud.builders import build_message
from apps.whatsapp.providers.limits import validate

BUTTON = {"id": "1", "title": "Sim"}
ROW = {"id": "r1", "title": "Azul"}


def built(kind, content, **more):
    validate(kind, content)
    return build_message(SendRequest(kind, content, to="5511988887777", **more))


@pytest.mark.parametrize(
    ("kind", "content", "expected"),
    [
        ("image", {"media_id": "9", "caption": "foto"}, {"image": {"id": "9", "caption": "foto"}}),
        ("video", {"media_id": "9"}, {"video": {"id": "9"}}),
        ("audio", {"media_id": "9", "voice": True}, {"audio": {"id": "9", "voice": True}}),
        ("document", {"media_id": "9", "filename": "a.pdf"}, {"document": {"id": "9", "filename": "a.pdf"}}),
        ("sticker", {"media_id": "9", "caption": "no"}, {"sticker": {"id": "9"}}),
        ("reaction", {"wamid": "w", "emoji": "👍"}, {"reaction": {"message_id": "w", "emoji": "👍"}}),
        ("reaction", {"wamid": "w", "emoji": ""}, {"reaction": {"message_id": "w", "emoji": ""}}),
        ("location", {"latitude": 0, "longitude": 1.5}, {"location": {"latitude": 0, "longitude": 1.5}}),
        (
            "contacts",
            {"contacts": [{"name": {"formatted_name": "Ana"}}]},
            {"contacts": [{"name": {"formatted_name": "Ana"}}]},
        ),
        (
            "template",
            {"name": "oi", "language": "pt_BR", "components": [{"type": "body"}]},
            {"template": {"name": "oi", "language": {"code": "pt_BR"}, "components": [{"type": "body"}]}},
        ),
    ],
)
def test_each_kind_is_built_as_the_platform_wants_it(kind, content, expected):
    body = built(SendKind(kind), content)
    assert body == {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": "+5511988887777",
        "type": kind,
        **expected,
    }


def test_buttons_with_header_and_footer():
    header = {"type": "image", "media_id": "9"}
    content = {"body": "Confirma?", "buttons": [BUTTON], "header": header, "footer": "Loja"}
    assert built(SendKind.BUTTONS, content)["interactive"] == {
        "type": "button",
        "header": {"type": "image", "image": {"id": "9"}},
        "body": {"text": "Confirma?"},
        "footer": {"text": "Loja"},
        "action": {"buttons": [{"type": "reply", "reply": {"id": "1", "title": "Sim"}}]},
    }


def test_list_link_and_location_request():
    sections = [{"title": "Cores", "rows": [{**ROW, "description": "claro"}]}]
    found = built(SendKind.LIST, {"body": "Cor?", "button": "Ver", "sections": sections})["interactive"]
    assert found["action"] == {"button": "Ver", "sections": sections}
    found = built(SendKind.CTA_URL, {"body": "Veja", "label": "Abrir", "url": "https://a.b"})["interactive"]
    assert found["action"] == {"name": "cta_url", "parameters": {"display_text": "Abrir", "url": "https://a.b"}}
    found = built(SendKind.LOCATION_REQUEST, {"body": "Onde?"})["interactive"]
    assert (found["type"], found["action"]) == ("location_request_message", {"name": "send_location"})


def test_replies_quote_and_reactions_do_not():
    assert built(SendKind.TEXT, {"text": "a"}, reply_to_wamid="w")["context"] == {"message_id": "w"}
    assert "context" not in built(SendKind.REACTION, {"wamid": "w", "emoji": "x"}, reply_to_wamid="w")


def test_a_person_without_a_phone_is_reached_by_bsuid_and_the_phone_wins():
    body = build_message(SendRequest(SendKind.TEXT, {"text": "a"}, recipient="BR.1"))
    assert (body["recipient"], "to" in body) == ("BR.1", False)
    body = build_message(SendRequest(SendKind.TEXT, {"text": "a"}, to="+55", recipient="BR.1"))
    assert (body["to"], "recipient" in body) == ("+55", False)
    with pytest.raises(ValueError, match="recipient"):
        build_message(SendRequest(SendKind.TEXT, {"text": "a"}))


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("text", {}),
        ("text", {"text": "  "}),
        ("text", {"text": "x" * 4097}),
        ("image", {}),
        ("image", {"media_id": "1", "caption": "x" * 1025}),
        ("buttons", {"body": "a", "buttons": []}),
        ("buttons", {"body": "a", "buttons": [{"id": str(n), "title": str(n)} for n in range(4)]}),
        ("buttons", {"body": "a", "buttons": [{"id": "1", "title": "x" * 21}]}),
        ("buttons", {"body": "a", "buttons": [BUTTON, {**BUTTON, "id": "2"}]}),
        ("buttons", {"body": "a", "buttons": [BUTTON, {**BUTTON, "title": "Não"}]}),
        ("buttons", {"body": "x" * 1025, "buttons": [BUTTON]}),
        ("buttons", {"body": "a", "buttons": [BUTTON], "footer": "x" * 61}),
        ("buttons", {"body": "a", "buttons": [BUTTON], "header": {"type": "text", "text": "x" * 61}}),
        ("buttons", {"body": "a", "buttons": [BUTTON], "header": {"type": "audio", "media_id": "1"}}),
        ("buttons", {"body": "a", "buttons": [BUTTON], "header": {"type": "image"}}),
        ("list", {"body": "a", "button": "b", "sections": []}),
        ("list", {"body": "a", "button": "x" * 21, "sections": [{"rows": [ROW]}]}),
        ("list", {"body": "a", "button": "b", "sections": [{"rows": [ROW]}, {"rows": [{**ROW, "id": "2"}]}]}),
        ("list", {"body": "a", "button": "b", "sections": [{"rows": [{**ROW, "id": str(n)} for n in range(11)]}]}),
        ("list", {"body": "a", "button": "b", "sections": [{"rows": [{**ROW, "title": "x" * 25}]}]}),
        ("list", {"body": "a", "button": "b", "sections": [{"rows": [{**ROW, "description": "x" * 73}]}]}),
        ("list", {"body": "a", "button": "b", "sections": [{"rows": [ROW, ROW]}]}),
        (
            "list",
            {"body": "a", "button": "b", "sections": [{"rows": [ROW]}], "header": {"type": "image", "media_id": "1"}},
        ),
        ("cta_url", {"body": "a", "label": "x" * 21, "url": "https://a.b"}),
        ("cta_url", {"body": "a", "label": "b", "url": "javascript:alert(1)"}),
        ("location", {"latitude": 91, "longitude": 0}),
        ("location", {"latitude": True, "longitude": 0}),
        ("location", {"latitude": float("nan"), "longitude": 0}),
        ("location_request", {}),
        ("contacts", {"contacts": [{"name": {}}]}),
        ("template", {"name": "a"}),
        ("reaction", {"emoji": "x"}),
    ],
)
def test_what_the_platform_would_refuse_gets_a_sentence_instead(kind, content):
    with pytest.raises(ValidationError) as caught:
        validate(SendKind(kind), content)
    assert caught.value.messages[0].endswith(".")
    assert caught.value.code


@pytest.mark.parametrize("kind", SendKind)
def test_every_kind_is_validated(kind):
    with pytest.raises(ValidationError):
        validate(kind, {})


def test_a_charge_and_a_form_are_what_the_platform_takes():
    charge = {"body": "Pague", "reference": "abc", "code": "0002", "cents": 1050, "item": "Caneca", "merchant": "Loja"}
    key = {"key": "a@b.co", "key_type": "EMAIL"}
    paying = built(SendKind.ORDER_DETAILS, {**charge, **key})["interactive"]
    filling = built(SendKind.FLOW, {"body": "Cadastre-se", "flow_id": "12345", "cta": "Abrir", "token": "t"})[
        "interactive"
    ]
    for interactive in (paying, filling):
        check_interactive(interactive)
    assert paying["action"]["parameters"]["total_amount"] == {"value": 1050, "offset": 100}
    assert filling["action"]["parameters"]["flow_action"] == "data_exchange"
    for wrong in ({"cents": 0}, {"cents": "10"}, {"key_type": ""}, {"item": ""}):
        with pytest.raises(ValidationError):
            validate(SendKind.ORDER_DETAILS, {**charge, **key, **wrong})
