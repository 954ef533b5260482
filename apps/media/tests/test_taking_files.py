"""Honest files are kept, under what they are rather than what they are called."""

import hashlib
import io
from pathlib import Path

import pytest
from PIL import Image

from django.core.files.uploadedfile import SimpleUploadedFile, TemporaryUploadedFile

from apps.media import services
from apps.media.tests import samples

pytestmark = pytest.mark.usefixtures("organization")

WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
EXCEL = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SLIDES = "application/vnd.openxmlformats-officedocument.presentationml.presentation"
OPEN = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("data", "name", "declared", "kind", "mime"),
    [
        (samples.picture("JPEG"), "foto.jpg", "image/jpeg", "image", "image/jpeg"),
        (samples.picture("PNG"), "tela.png", "image/png", "image", "image/png"),
        (samples.picture("GIF", mode="P"), "a.gif", "image/gif", "image", "image/png"),
        (samples.picture("WEBP"), "a.webp", "image/webp", "image", "image/png"),
        (samples.picture("JPEG"), "", "application/octet-stream", "image", "image/jpeg"),
        (samples.ogg_opus(), "voz.ogg", "audio/ogg; codecs=opus", "audio", "audio/ogg"),
        (samples.ogg_opus(), "voz.ogg", "application/ogg", "audio", "audio/ogg"),
        (samples.ogg_vorbis(), "som.ogg", "audio/ogg", "audio", "audio/ogg; codecs=vorbis"),
        (samples.mp4(b"soun", brand=b"M4A "), "som.m4a", "audio/mp4", "audio", "audio/mp4"),
        (samples.mp4(b"vide", b"soun"), "v.mp4", "video/mp4", "video", "video/mp4"),
        (samples.mp4(b"soun"), "gravado.mp4", "video/mp4", "audio", "audio/mp4"),
        (samples.mp4(b"vide", brand=b"3gp4"), "v.3gp", "video/3gpp", "video", "video/3gpp"),
        (samples.mp4(b"vide", brand=b"qt  "), "v.mov", "video/quicktime", "video", "video/quicktime"),
        (samples.webm(b"A_OPUS"), "v.webm", "audio/webm;codecs=opus", "audio", "audio/webm"),
        (samples.webm(b"A_OPUS", b"V_VP9"), "v.webm", "video/webm", "video", "video/webm"),
        (samples.MP3, "m.mp3", "audio/mpeg", "audio", "audio/mpeg"),
        (samples.MP3[10:], "m.mp3", "audio/mpeg", "audio", "audio/mpeg"),
        (samples.AMR, "m.amr", "audio/amr", "audio", "audio/amr"),
        (samples.AAC, "m.aac", "audio/aac", "audio", "audio/aac"),
        (b"RIFF\x24\0\0\0WAVEfmt ", "m.wav", "audio/wav", "audio", "audio/wav"),
        (samples.PDF, "nota.pdf", "application/pdf", "document", "application/pdf"),
        (samples.office("word"), "a.docx", WORD, "document", WORD),
        (samples.office("xl"), "a.xlsx", "application/octet-stream", "document", EXCEL),
        (samples.office("ppt"), "a.pptx", "", "document", SLIDES),
        (samples.archive(mimetype=OPEN), "a.odt", "", "document", OPEN),
        (samples.archive(mimetype="application/epub+zip"), "a.epub", "", "document", "application/zip"),
        (samples.archive(a="1", b="2"), "a.zip", "application/zip", "document", "application/zip"),
        (samples.ole("Root Entry", "WordDocument"), "a.doc", "application/msword", "document", "application/msword"),
        (samples.ole("Workbook"), "a.xls", "", "document", "application/vnd.ms-excel"),
        (b"nome;fone\nAna;11\n", "lista.csv", "text/csv", "document", "text/csv"),
        ("Olá, tudo bem? 1 < 2".encode(), "a.txt", "text/plain", "document", "text/plain"),
        ("acentuação".encode("latin-1"), "a.txt", "text/plain", "document", "text/plain"),
        ("olá".encode("utf-16"), "a.txt", "text/plain", "document", "text/plain"),
    ],
)  # fmt: skip
def test_honest_files_are_kept(data: bytes, name: str, declared: str, kind: str, mime: str) -> None:
    stored = services.store_bytes(data, name=name, declared_mime=declared)
    assert (stored.kind, stored.mime) == (kind, mime)
    with stored.open() as file:
        body = file.read()
    assert stored.size == len(body)
    assert stored.sha256 == hashlib.sha256(body).hexdigest()


def test_an_upload_lies_under_its_organization_and_month(organization, media_folder: Path) -> None:
    stored = services.store_upload(SimpleUploadedFile("Nota Fiscal.PDF", samples.PDF, "application/pdf"))
    place = stored.key.split("/")
    assert place[0] == str(organization.pk)
    assert place[1:3] == [f"{stored.created_at:%Y}", f"{stored.created_at:%m}"]
    assert place[3] == f"{stored.pk}.pdf"
    assert (media_folder / stored.key).read_bytes() == samples.PDF
    assert stored.name == "Nota Fiscal.pdf"


def test_a_large_upload_comes_from_its_temporary_file() -> None:
    uploaded = TemporaryUploadedFile("v.mp4", "video/mp4", 0, None)
    uploaded.write(samples.mp4(b"vide", b"soun") + b"\0" * 3_000_000)
    stored = services.store_upload(uploaded)
    uploaded.close()
    assert (stored.kind, stored.duration, stored.width, stored.height) == ("video", 3.0, 640, 360)


@pytest.mark.parametrize(("data", "seconds"), [(samples.ogg_opus(7.25), 7.25), (samples.ogg_vorbis(2), 2.0)])
def test_the_length_of_a_voice_note_is_known(data: bytes, seconds: float) -> None:
    assert services.store_bytes(data, name="v.ogg", declared_mime="audio/ogg").duration == seconds


def test_a_picture_may_be_sent_as_a_document_and_is_still_rewritten() -> None:
    data = samples.picture("JPEG") + b"<script>alert(1)</script>"
    stored = services.store_bytes(data, name="f.jpg", declared_mime="image/jpeg", kind="document")
    assert (stored.kind, stored.mime, stored.width) == ("document", "image/jpeg", 40)
    with stored.open() as file:
        assert b"script" not in file.read()


def test_stickers_stay_webp_and_keep_moving() -> None:
    stored = services.store_bytes(samples.moving_sticker(), name="s.webp", declared_mime="image/webp", kind="sticker")
    with stored.open() as file, Image.open(io.BytesIO(file.read())) as picture:
        assert (picture.format, getattr(picture, "n_frames", 1), picture.size) == ("WEBP", 3, (512, 512))
    assert (stored.kind, stored.mime) == ("sticker", "image/webp")
