"""Files above a message of buttons or of a link: kept with it, and never without it."""

import pytest

from django.core.files.uploadedfile import SimpleUploadedFile

from apps.conversations.models import Conversation
from apps.conversations.sending.door import content_of
from apps.conversations.tests.test_composing import GOOD, post, sent
from apps.core.clock import now
from apps.media.models import StoredFile
from apps.media.tests.samples import ogg_opus, picture
from apps.whatsapp.providers.base import SendKind, SendRequest
from apps.whatsapp.providers.cloud.builders import build_message

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media_folder(settings, tmp_path):
    settings.MEDIA_ROOT = str(tmp_path / "media")


def upload(data=None, name="foto.jpg", mime="image/jpeg"):
    return SimpleUploadedFile(name, picture() if data is None else data, mime)


@pytest.mark.parametrize("kind", ["buttons", "link"])
def test_a_file_may_stand_above_the_message(house, kind):
    data = {name: value for name, value in GOOD[kind].items() if name != "header"}
    assert post(house, kind, {**data, "file": upload()}).status_code == 200
    row = sent().get()
    assert (row.media.kind, row.payload["header"]) == ("image", {"type": "image"})
    content = {**content_of(row.payload["send"], row.text, row.payload), "media_id": "media-1"}
    built = build_message(SendRequest(SendKind(row.payload["send"]), content, "5511988887777"))
    assert built["interactive"]["header"] == {"type": "image", "image": {"id": "media-1"}}


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"header": "Texto", "file": "picture"}, "header"),
        ({"file": "disguised"}, "file"),
        ({"file": "sound"}, "file"),
    ],
    ids=["both", "disguised", "sound"],
)
def test_a_header_that_whatsapp_would_refuse_is_said_and_no_file_stays(house, change, field):
    files = {
        "picture": upload(),
        "disguised": upload(b"<svg onload=alert(1)>"),
        "sound": upload(ogg_opus(), "voz.ogg", "audio/ogg"),
    }
    answer = post(house, "buttons", {**GOOD["buttons"], **change, "file": files[change["file"]]})
    assert answer.status_code == 422
    assert f'id="compose-{field}_error"' in answer.content.decode()
    assert not sent().exists()
    assert not StoredFile.objects.exists()


def test_a_file_of_a_refused_message_does_not_stay(house):
    chat = house.chat()
    Conversation.objects.filter(pk=chat.pk).update(window_expires_at=now())
    assert post(house, "buttons", {**GOOD["buttons"], "file": upload()}, chat=chat).status_code == 422
    assert not StoredFile.objects.exists()
