"""Files that are disguised, active, broken or too large get a sentence, no row and no bytes."""

from collections.abc import Callable
from pathlib import Path

import pytest

from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import translation

from apps.media import images, services, sniffing, types
from apps.media.models import StoredFile
from apps.media.tests import samples

pytestmark = pytest.mark.usefixtures("organization")

TOO_DEEP_A_DIRECTORY = samples.archive(a="1")[:-10] + b"\xff\xff\xff\x7f" + b"\0" * 6
NOT_UTF8_NOT_TEXT = bytes(range(256)) * 8


@pytest.fixture(autouse=True)
def in_english() -> object:
    with translation.override("en"):
        yield


def refusal(data: bytes, name: str, declared: str = "", kind: str | None = None) -> str:
    with pytest.raises(ValidationError) as refused:
        services.store_bytes(data, name=name, declared_mime=declared, kind=kind)
    assert not StoredFile.objects.exists()
    assert refused.value.messages[0][-1] == "."
    return str(refused.value.code)


@pytest.mark.parametrize(
    ("data", "name", "declared", "code"),
    [
        (samples.SVG, "logo.svg", "image/svg+xml", "active"),
        (samples.SVG, "foto.jpg", "image/jpeg", "active"),
        (b'<?xml version="1.0"?>' + samples.SVG, "foto.png", "image/png", "active"),
        (b"\xef\xbb\xbf  \n" + samples.HTML, "nota.txt", "text/plain", "active"),
        (b"just text\n<script>alert(1)</script>", "nota.txt", "text/plain", "active"),
        (samples.HTML.decode().encode("utf-16"), "nota.txt", "text/plain", "active"),
        (samples.HTML, "pagina.html", "text/html", "active"),
        (b"#!/bin/sh\nrm -rf /\n", "leia.txt", "text/plain", "active"),
        (samples.ELF, "foto.jpg", "image/jpeg", "active"),
        (b"MZ\x90\0" + b"\0" * 80, "relatorio.pdf", "application/pdf", "active"),
        (b"\xca\xfe\xba\xbe\0\0\0\x34", "a.zip", "application/zip", "active"),
        (b"\0asm\1\0\0\0", "a.pdf", "", "active"),
        (samples.PDF, "boleto.pdf.exe", "application/pdf", "active"),
        (b"harmless", "run.bat", "text/plain", "active"),
        (b"harmless", "run.vbs. ", "text/plain", "active"),
        (samples.archive(AndroidManifestPxml="x").replace(b"Pxml", b".xml"), "a.zip", "application/zip", "active"),
        (samples.archive(**{"META-INF__MANIFEST.MF": "x"}), "a.zip", "application/zip", "active"),
        (samples.office("word", "word/vbaProject.bin"), "a.docx", "", "macros"),
        (samples.ole("WordDocument", "_VBA_PROJECT"), "a.doc", "", "macros"),
        (samples.ole("MsiInstaller"), "a.doc", "", "unknown"),
        (samples.PDF, "foto.jpg", "image/jpeg", "disguised"),
        (samples.picture("PNG"), "nota.pdf", "application/pdf", "disguised"),
        (samples.MP3, "foto.png", "image/png", "disguised"),
        (samples.picture("JPEG"), "musica.mp3", "image/jpeg", "disguised"),
        (samples.GIF_AND_SCRIPT, "a.gif", "image/gif", "broken_picture"),
        (samples.picture("PNG")[:60], "a.png", "image/png", "broken_picture"),
        (b"\xff\xd8\xff" + b"\0" * 500, "a.jpg", "image/jpeg", "broken_picture"),
        (b"PK\x03\x04" + b"\0" * 100, "a.zip", "application/zip", "broken"),
        (TOO_DEEP_A_DIRECTORY, "a.zip", "application/zip", "broken"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "a.heic", "image/heic", "heic"),
        (samples.ogg_theora(), "v.ogg", "video/ogg", "unknown"),
        (samples.mp4(), "v.mp4", "video/mp4", "unknown"),
        (samples.webm(), "v.webm", "video/webm", "unknown"),
        (NOT_UTF8_NOT_TEXT, "dados.txt", "text/plain", "unknown"),
        (b"a\0b", "a.txt", "text/plain", "unknown"),
        (b"\xff\xfe\xd8", "a.txt", "text/plain", "unknown"),
        (b"", "vazio.txt", "text/plain", "empty"),
    ],
)
def test_what_is_not_what_it_seems_is_refused(
    data: bytes, name: str, declared: str, code: str, media_folder: Path
) -> None:
    assert refusal(data, name, declared) == code
    assert not list(media_folder.rglob("*"))


@pytest.mark.parametrize("kind", ["image", "video", "audio", "sticker"])
def test_a_document_cannot_be_sent_as_something_else(kind: str) -> None:
    assert refusal(samples.PDF, "a.pdf", "application/pdf", kind) == "not_the_kind"


@pytest.mark.parametrize(
    ("make", "name", "declared", "limit"),
    [
        (lambda: samples.picture("JPEG") + b"\0" * 10 * types.MB, "f.jpg", "image/jpeg", "10 MB"),
        (lambda: samples.ogg_opus() + b"\0" * 16 * types.MB, "v.ogg", "audio/ogg", "16 MB"),
        (lambda: samples.PDF + b"\0" * 20 * types.MB, "d.pdf", "application/pdf", "20 MB"),
        (lambda: b"\0" * (types.LARGEST_UPLOAD + 1), "v.mp4", "video/mp4", "50 MB"),
        (lambda: b"\0" * (types.LARGEST_UPLOAD + 1), "v.bin", "", "20 MB"),
    ],
)
def test_too_large_a_file_is_refused_and_the_limit_is_told(
    make: Callable[[], bytes], name: str, declared: str, limit: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        services.store_upload(SimpleUploadedFile(name, make(), declared))
    assert refused.value.code == "too_large"
    assert limit in refused.value.messages[0]


def test_a_file_of_exactly_the_limit_is_taken() -> None:
    data = samples.PDF.ljust(types.UPLOAD_LIMITS["document"], b"\n")
    assert services.store_bytes(data, name="d.pdf", declared_mime="application/pdf").size == 20 * types.MB


def test_without_the_look_at_the_content_a_disguise_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    """Negative control of the table above."""
    monkeypatch.setattr(sniffing, "sniff", lambda file, name: sniffing.Found("text/plain"))
    assert services.store_bytes(samples.HTML, name="nota.txt", declared_mime="text/plain").mime == "text/plain"


def test_without_the_rewriting_a_broken_picture_would_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(images, "rewrite", lambda data, sticker: images.Picture(data, "image/gif", 1, 1))
    stored = services.store_bytes(samples.GIF_AND_SCRIPT, name="a.gif", declared_mime="image/gif")
    with stored.open() as file:
        assert b"alert" in file.read()


@pytest.mark.parametrize("length", range(0, 60, 3))
def test_cut_off_containers_never_crash(length: int) -> None:
    seen = set()
    for whole in (samples.mp4(b"vide"), samples.ogg_opus(), samples.webm(b"A_OPUS"), samples.office("word")):
        try:
            seen.add(services.store_bytes(whole[:length], name="x", declared_mime="").kind)
        except ValidationError as refused:
            seen.add(refused.code or "")
    assert seen <= {"unknown", "broken", "empty", "audio", "document"}
