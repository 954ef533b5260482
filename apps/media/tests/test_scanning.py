"""With a scanner, nothing is kept unscanned; without an answer, the policy decides."""

import socket
import struct
import threading
from collections.abc import Callable, Iterator

import pytest

from django.core.exceptions import ValidationError

from apps.media import scanning, services
from apps.media.models import StoredFile
from apps.media.tests import samples

pytestmark = pytest.mark.usefixtures("organization")


def answer_one(server: socket.socket, answer: Callable[[bytes], bytes]) -> None:
    """One INSTREAM conversation as clamd leads it."""
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as stream:
        command, data = stream.read(10), b""
        while length := struct.unpack("!L", stream.read(4))[0]:
            data += stream.read(length)
        connection.sendall(answer(data) if command == b"zINSTREAM\0" else b"UNKNOWN COMMAND\0")


def verdict(data: bytes) -> bytes:
    return b"stream: Eicar-Test-Signature FOUND\0" if samples.EICAR in data else b"stream: OK\0"


@pytest.fixture
def scanner(settings) -> Iterator[Callable[[Callable[[bytes], bytes]], None]]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        settings.CLAMAV_ADDRESS = f"127.0.0.1:{server.getsockname()[1]}"
        threads = []

        def start(answer: Callable[[bytes], bytes]) -> None:
            threads.append(threading.Thread(target=answer_one, args=(server, answer), daemon=True))
            threads[-1].start()

        yield start
        for thread in threads:
            thread.join(5)


def keep(data: bytes) -> StoredFile:
    return services.store_bytes(data, name="a.txt", declared_mime="text/plain")


def test_a_clean_file_is_kept(scanner) -> None:
    scanner(verdict)
    assert keep(b"hello" * 50_000).size == 250_000


def test_a_virus_is_refused(scanner) -> None:
    scanner(verdict)
    with pytest.raises(ValidationError) as refused:
        keep(samples.EICAR)
    assert refused.value.code == "infected"
    assert not StoredFile.objects.exists()


def test_without_a_scanner_the_same_file_is_kept() -> None:
    """Negative control: it is the scanner that refuses."""
    assert keep(samples.EICAR).kind == "document"


@pytest.mark.parametrize("answer", [b"", b"INSTREAM size limit exceeded. ERROR\0", b"stream: broken\0"])
def test_an_answer_that_is_none_counts_as_no_scanner(scanner, answer: bytes) -> None:
    scanner(lambda data: answer)
    with pytest.raises(ValidationError) as refused:
        keep(b"hello")
    assert refused.value.code == "unchecked"


@pytest.mark.parametrize("address", ["127.0.0.1:1", "unix:/nowhere/clamd.sock"])
def test_a_scanner_that_is_down_means_later_or_the_policy(settings, address: str) -> None:
    settings.CLAMAV_ADDRESS = address
    with pytest.raises(ValidationError) as refused:
        keep(b"hello")
    assert refused.value.code == "unchecked"
    settings.MEDIA_SCANNER_DOWN = "accept"
    assert keep(b"hello").size == 5


def test_a_scanner_may_listen_on_a_socket_file(settings, tmp_path) -> None:
    path = str(tmp_path / "clamd.sock")
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path)
        server.listen()
        settings.CLAMAV_ADDRESS = f"unix:{path}"
        thread = threading.Thread(target=answer_one, args=(server, verdict), daemon=True)
        thread.start()
        with pytest.raises(ValidationError):
            keep(samples.EICAR)
        thread.join(5)


def test_the_default_port_is_clamds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []
    monkeypatch.setattr(socket, "create_connection", lambda address, timeout: asked.append(address))
    scanning._connect("clamav")
    scanning._connect("clamav:99")
    assert asked == [("clamav", 3310), ("clamav", 99)]
