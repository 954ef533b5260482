"""A carousel by hand: a picture and words for each card, all of it or nothing; files only for whoever may see it."""

import asyncio
from types import SimpleNamespace
from uuid import UUID, uuid4

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.conversations.models import CardFile, Message
from apps.conversations.sending import courier
from apps.media.models import StoredFile
from apps.media.tests.samples import picture
from apps.whatsapp.tests.factories import TemplateFactory, body_part

pytestmark = pytest.mark.django_db
HEADER = {"type": "HEADER", "format": "IMAGE"}
BUTTONS = {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": "Quero esta"}]}
WORDS = {"body-1": "Ana", "card-0-body-1": "R$ 199", "card-1-body-1": "R$ 99"}


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


@pytest.fixture
def showcase(house):
    cards = [{"components": [HEADER, body_part(f"{name} por {{{{1}}}}", "R$ 9"), BUTTONS]} for name in ("Ipê", "Areia")]
    parts = [body_part("Oi, {{1}}", "Ana"), {"type": "CAROUSEL", "cards": cards}]
    return TemplateFactory(organization=house.organization, account=house.number.account, components=parts)


def files(*bodies):
    found = bodies or (picture(), picture())
    return {f"card-{at}-file": SimpleUploadedFile(f"{at}.jpg", body, "image/jpeg") for at, body in enumerate(found)}


def post(house, chat, template, data, *, name="template"):
    url = house.url(f"conversations:{name}", conversation_id=chat.pk, template_id=template.pk)
    return house.client().post(url, {"client_id": uuid4(), **data}, headers={"HX-Request": "true"})


def test_each_card_goes_out_with_its_own_picture_and_words(house, showcase):
    chat, key = house.chat(), uuid4()
    for _ in range(2):
        assert post(house, chat, showcase, {**WORDS, **files(), "client_id": key}).status_code == 200
    row = Message.objects.get(direction="out")
    assert [card["text"] for card in row.payload["cards"]] == ["Ipê por R$ 199", "Areia por R$ 99"]
    kept = CardFile.objects.filter(message=row).order_by("position")
    assert [card["file"] for card in row.payload["cards"]] == [str(each.file_id) for each in kept]
    page = house.client().get(house.url("desk:conversation", conversation_id=chat.pk)).content.decode()
    for each in kept:
        assert f"/media/{each.file_id}/" in page
    assert "Areia por R$ 99" in page


def test_each_cards_file_goes_up_at_delivery(monkeypatch):
    async def upload(file_id, _provider):
        return f"media of {file_id.int}"

    monkeypatch.setattr(courier, "_upload", upload)
    cards = [{"file": str(UUID(int=at)), "media": "image"} for at in (1, 2)]
    payload = {"send": "template", "name": "vitrine", "language": "pt_BR", "cards": cards, "components": []}
    job = SimpleNamespace(payload=payload, text="", media_id=None, wa_id="5511", bsuid=None, reply_to_wamid=None)
    job.callback_id = uuid4()
    request = asyncio.run(courier.Courier(None)._request(job, None))
    assert request.content["card_media"] == ["media of 1", "media of 2"]


def test_a_bad_picture_on_one_card_keeps_nothing_and_names_the_card(house, showcase):
    answer = post(house, house.chat(), showcase, WORDS | files(picture(), b"<svg onload=alert(1)>"))
    assert answer.status_code == 422
    assert "2" in answer.content.decode()
    assert not Message.objects.filter(direction="out").exists()
    assert not StoredFile.objects.exists()


def test_what_is_missing_is_said_on_its_card(house, showcase):
    words = WORDS | {"card-1-body-1": "x" * 160}
    page = post(house, house.chat(), showcase, words).content.decode()
    for field in ("card-0-file", "card-1-file", "card-1-body-1"):
        assert f'id="compose-{field}_error"' in page
    assert "Areia por" in post(house, house.chat(), showcase, WORDS, name="template-preview").content.decode()


def test_whoever_may_not_see_the_conversation_may_not_fetch_a_cards_file(house, showcase):
    post(house, house.chat(), showcase, WORDS | files())
    kept = CardFile.objects.first()
    address = house.url("media:file", file_id=kept.file_id)
    assert b"".join(house.client().get(address).streaming_content)
    assert house.client("outsider").get(address).status_code == 404
    kept.delete()
    assert house.client().get(address).status_code == 404, "negative control"
