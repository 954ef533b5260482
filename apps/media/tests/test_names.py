"""Names are shown and downloaded, so they may not lie, climb or break a header."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.media.services import NAME_LENGTH, tidy_name
from apps.media.types import TYPES

pytestmark = pytest.mark.filterwarnings("ignore::hypothesis.errors.HypothesisDeprecationWarning")


@pytest.mark.parametrize(
    ("raw", "mime", "shown"),
    [
        ("../../etc/passwd", "text/plain", "passwd.txt"),
        ("..\\..\\windows\\win.ini", "text/plain", "win.ini.txt"),
        ("C:\\fakepath\\foto.JPG", "image/jpeg", "foto.jpg"),
        ("fatura\u202egpj.exe", "application/pdf", "faturagpj.exe.pdf"),
        ("a\u2066b\u200f.pdf", "application/pdf", "ab.pdf"),
        ("nul\0byte.pdf", "application/pdf", "nul\ufffdbyte.pdf"),
        ("line\r\nSet-Cookie: a=b.pdf", "application/pdf", "line Set-Cookie: a=b.pdf"),
        ("figura.gif", "image/png", "figura.png"),
        ("foto.jpeg", "image/jpeg", "foto.jpeg"),
        ("foto", "image/jpeg", "foto.jpg"),
        ("relatório final.v2", "application/pdf", "relatório final.v2.pdf"),
        (".htaccess", "text/plain", "htaccess.txt"),
        ("...", "application/pdf", "document.pdf"),
        ("", "image/png", "image.png"),
        ("/", "audio/ogg", "audio.ogg"),
        ("x" * 500 + ".pdf", "application/pdf", "x" * 116 + ".pdf"),
        ("\ud800.pdf", "application/pdf", "\ufffd.pdf"),
    ],
)
def test_names_are_tidied(raw: str, mime: str, shown: str) -> None:
    assert tidy_name(raw, mime) == shown


@given(st.text(max_size=400), st.sampled_from(["image/png", "application/pdf", "audio/ogg; codecs=vorbis"]))
def test_no_name_escapes_its_folder_or_its_limit(raw: str, mime: str) -> None:
    name = tidy_name(raw, mime)
    assert 0 < len(name) <= NAME_LENGTH
    assert not set(name) & set("/\\\r\n\0\u202e\u2067")
    assert name.rpartition(".")[2] in TYPES[mime].extensions
