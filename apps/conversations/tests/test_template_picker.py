"""Templates in the composer: found, filled in, shown, sent by the one door; only approved ones of the account."""

from uuid import uuid4

import pytest
import time_machine

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone, translation

from apps.conversations.composing.templates import TemplateForm
from apps.conversations.models import Conversation, Message
from apps.core.clock import now
from apps.media.tests.samples import picture
from apps.whatsapp.models import Template
from apps.whatsapp.providers.base import SendKind, SendRequest
from apps.whatsapp.providers.cloud.builders import build_message
from apps.whatsapp.tests.factories import BusinessAccountFactory, TemplateFactory, body_part

pytestmark = pytest.mark.django_db
FRAGMENT = {"HX-Request": "true"}
GAPS = {"body-1": "Ana", "body-2": "#88"}


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def make(house):
    def make(**facts):
        return TemplateFactory(organization=house.organization, account=house.number.account, **facts)

    return make


def ended(house):
    chat = house.chat()
    Conversation.objects.filter(pk=chat.pk).update(window_expires_at=now())
    return chat


def post(house, chat, template, data=None, *, name="template", role="agent"):
    url = house.url(f"conversations:{name}", conversation_id=chat.pk, template_id=template.pk)
    return house.client(role).post(url, {"client_id": uuid4(), **(data or GAPS)}, headers=FRAGMENT)


def listed(house, chat, query=""):
    url = house.url("conversations:templates", conversation_id=chat.pk)
    return house.client().get(f"{url}{query}", headers=FRAGMENT).content.decode()


def test_after_the_window_a_template_goes_out_with_its_gaps_filled(house, make):
    chat, template = ended(house), make()
    answer = post(house, chat, template)
    assert (answer.status_code, answer["HX-Trigger-After-Settle"]) == (200, "modal:close")
    row = Message.objects.get(direction="out")
    assert row.text == "Oi, Ana! Seu pedido #88 saiu."
    assert (row.kind, row.payload["name"], row.payload["language"]) == ("template", template.name, "pt_BR")
    assert [each["text"] for each in row.payload["components"][0]["parameters"]] == ["Ana", "#88"]


def test_a_template_also_goes_out_inside_the_window_and_twice_is_once(house, make):
    chat, template, data = house.chat(), make(), {**GAPS, "client_id": uuid4()}
    for _ in range(2):
        assert post(house, chat, template, data).status_code == 200
    assert Message.objects.filter(direction="out").count() == 1


def test_a_gap_left_open_is_said_on_its_field_and_the_rest_stays(house, make):
    answer = post(house, ended(house), make(), {"body-1": "Ana"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert 'id="compose-body-2_error"' in page
    assert 'value="Ana"' in page
    assert not Message.objects.filter(direction="out").exists()


def test_values_lose_what_whatsapp_refuses(house, make):
    post(house, ended(house), make(), {"body-1": "Ana\r\n\tMaria     Costa", "body-2": "\u202e#88"})
    parameters = Message.objects.get(direction="out").payload["components"][0]["parameters"]
    assert parameters[0]["text"] == "Ana Maria Costa"


def test_a_filled_text_beyond_the_limit_is_refused_with_a_sentence(house, make):
    answer = post(house, ended(house), make(), {"body-1": "x" * 1000, "body-2": "y" * 100})
    assert answer.status_code == 422
    assert "1123" in answer.content.decode()


@pytest.mark.parametrize("status", ["PENDING", "REJECTED", "PAUSED", "DISABLED", "DELETED", ""])
def test_what_is_not_approved_is_neither_listed_nor_sent(house, make, status):
    chat, template = ended(house), make(name="parado", status=status)
    assert "Parado" not in listed(house, chat)
    assert post(house, chat, template).status_code == 404
    Template.objects.filter(pk=template.pk).update(status="APPROVED")
    assert "Parado" in listed(house, chat), "negative control"


def test_templates_of_another_account_or_company_are_not_there(house):
    chat = ended(house)
    second = BusinessAccountFactory(organization=house.organization)
    others = [TemplateFactory(organization=house.organization, account=second), TemplateFactory()]
    for other in others:
        assert post(house, chat, other).status_code == 404
        assert post(house, chat, other, name="template-preview").status_code == 404
        assert other.name.replace("_", " ").capitalize() not in listed(house, chat)
    assert not Message.objects.filter(direction="out").exists()


@pytest.mark.parametrize("role", ["owner", "admin", "supervisor", "agent", "viewer", "outsider"])
def test_who_may_pick_and_send(house, make, role):
    chat, template = ended(house), make()
    url = house.url("conversations:templates", conversation_id=chat.pk)
    opened = house.client(role).get(url, headers=FRAGMENT).status_code
    answer = post(house, chat, template, role=role).status_code
    wanted = {"viewer": 403, "outsider": 404}.get(role, 200)
    assert (opened, answer) == (wanted, wanted)
    assert Message.objects.filter(direction="out").exists() == (wanted == 200)


def test_search_language_and_category(house, make):
    chat = ended(house)
    make(name="pedido_enviado", components=[body_part("Saiu para entrega")])
    make(name="oferta", language="en_US", category="MARKETING", components=[body_part("Half price")])
    assert "Pedido enviado" in listed(house, chat, "?results&q=pedido+env")
    assert "Pedido enviado" in listed(house, chat, "?results&q=ENTREGA")
    assert "Oferta" not in listed(house, chat, "?results&q=entrega")
    assert "Pedido enviado" not in listed(house, chat, "?results&language=en_US")
    assert "Oferta" in listed(house, chat, "?results&category=MARKETING")
    assert "picker-none" in listed(house, chat, "?results&q=%00%27%22%5C%25")


def test_a_template_that_can_not_be_sent_by_hand_says_why(house, make):
    chat = ended(house)
    template = make(components=[body_part("Olhe"), {"type": "CAROUSEL", "cards": []}])
    assert "is-off" in listed(house, chat)
    assert post(house, chat, template, {"x": "1"}).status_code == 422
    assert not Message.objects.filter(direction="out").exists()


def test_hostile_words_of_a_template_are_shown_as_words(house, make):
    bad = "<img src=x onerror=alert(1)>"
    url = {"type": "URL", "text": bad, "url": f"https://a.example/{bad}/{{{{1}}}}"}
    buttons = {"type": "BUTTONS", "buttons": [url]}
    template = make(name="mau", components=[body_part(f"{bad} {{{{1}}}}", bad), buttons])
    chat = ended(house)
    page = house.client().get(
        house.url("conversations:template", conversation_id=chat.pk, template_id=template.pk), headers=FRAGMENT
    )
    shown = page.content.decode() + listed(house, chat)
    shown += post(house, chat, template, {"body-1": bad}, name="template-preview").content.decode()
    assert "<img src=x" not in shown
    assert "&lt;img" in shown


def test_a_picture_as_header_is_kept_and_gets_its_id_at_delivery(house, make):
    header = {"type": "HEADER", "format": "IMAGE"}
    template = make(components=[header, body_part("Oi, {{1}}", "Ana")])
    chat = ended(house)
    assert post(house, chat, template, {"body-1": "Ana"}).status_code == 422, "without the picture"
    data = {"body-1": "Ana", "file": SimpleUploadedFile("foto.jpg", picture(), "image/jpeg")}
    assert post(house, chat, template, data).status_code == 200
    row = Message.objects.get(direction="out")
    assert row.media.kind == "image"
    content = {name: value for name, value in row.payload.items() if name != "send"} | {"media_id": "media-1"}
    built = build_message(SendRequest(SendKind.TEMPLATE, content, "5511988887777"))["template"]["components"]
    assert built[0]["parameters"] == [{"type": "image", "image": {"id": "media-1"}}]
    assert built[1]["type"] == "body"


def test_a_disguised_header_is_refused_and_nothing_is_kept(house, make):
    template = make(components=[{"type": "HEADER", "format": "IMAGE"}, body_part("Oi")])
    data = {"file": SimpleUploadedFile("foto.jpg", b"<svg onload=alert(1)>", "image/jpeg")}
    answer = post(house, ended(house), template, data)
    assert answer.status_code == 422
    assert 'id="compose-file_error"' in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()


def test_a_preview_never_needs_the_file(house, make):
    template = make(components=[{"type": "HEADER", "format": "VIDEO"}, body_part("Oi, {{1}}", "Ana")])
    shown = post(house, ended(house), template, {"body-1": "Bia"}, name="template-preview").content.decode()
    assert "Oi, Bia" in shown
    assert "data-preview-media" in shown


def test_labels_are_words_not_codes(make):
    named = make(named_variables=True, components=[body_part("Oi, {{nome_do_cliente}}")])
    assert TemplateForm(named).fields["body-nome_do_cliente"].label == "Nome do cliente"


def test_the_customers_name_is_one_press_away(house, make):
    chat, template = ended(house), make()
    url = house.url("conversations:template", conversation_id=chat.pk, template_id=template.pk)
    page = house.client().get(url, headers=FRAGMENT).content.decode()
    assert f'data-insert="{chat.contact.display_name}"' in page
    assert f'data-insert="{house.agent.name}"' in page


def offer_part():
    return {"type": "LIMITED_TIME_OFFER", "limited_time_offer": {"text": "Só hoje", "has_expiration": True}}


def test_a_limited_time_offer_asks_for_its_end_and_carries_it(house, make):
    code = {"type": "BUTTONS", "buttons": [{"type": "COPY_CODE", "text": "Copiar código", "example": "AURORA10"}]}
    template, chat = make(components=[offer_part(), body_part("Dez por cento"), code]), ended(house)
    assert post(house, chat, template, {"button-0": "AURORA10"}).status_code == 422
    assert post(house, chat, template, {"button-0": "AURORA10", "ends_at": "2020-01-01T10:00"}).status_code == 422
    with (
        time_machine.travel("2026-11-20T12:00:00Z", tick=False),
        timezone.override("America/Sao_Paulo"),
        translation.override("en"),
    ):
        form = TemplateForm(template, {"button-0": "AURORA10", "ends_at": "2026-11-20T18:00"})
        assert form.is_valid(), form.errors
        content = form.content()
    offer, button = content["components"]
    assert offer["parameters"][0]["limited_time_offer"] == {"expiration_time_ms": 1_795_208_400_000}
    assert button["sub_type"] == "copy_code"
    assert content["offer"]["text"] == "Só hoje"
    assert "6 p.m." in content["offer"]["until"]


def test_a_flow_button_goes_out_with_the_messages_own_token(house, make):
    buttons = {"type": "BUTTONS", "buttons": [{"type": "FLOW", "text": "Agendar", "flow_id": "77"}]}
    template, chat, key = make(components=[body_part("Escolha um horário"), buttons]), ended(house), uuid4()
    assert post(house, chat, template, {"client_id": key}).status_code == 200
    part = Message.objects.get(direction="out").payload["components"][0]
    assert (part["sub_type"], part["index"]) == ("flow", "0")
    assert part["parameters"] == [{"type": "action", "action": {"flow_token": str(key)}}]
