"""A real HTTP server of somebody else, in a thread of the test's process."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HUGE = 10 * 1024 * 1024
BODIES = {"/html": b"<html>Welcome to our Wi-Fi</html>", "/empty": b"", "/huge": b"[" + b"1," * (HUGE // 2) + b"1]"}
_SAID = b'{"choices": [{"index": 0, "message": {"role": "assistant", "content": "caneca"}}], "usage": {}}'
BODIES["/v1/chat/completions"] = _SAID


class Service(ThreadingHTTPServer):
    """`end` lets go of requests that are kept waiting. The first request to a path of `held` waits, too: a crash of
    whoever asks can be played meanwhile."""

    def __init__(self, locate: Callable[[str], str]) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.locate, self.asked, self.end = locate, [], threading.Event()
        self.held: set[str] = set()
        self.port = self.server_address[1]
        self.origin = f"http://127.0.0.1:{self.port}"


class Handler(BaseHTTPRequestHandler):
    """`/html`, `/empty`, `/huge`, `/nothing`, `/slow` misbehave; `/to/…` redirects; all else is JSON."""

    server: Service

    def do_GET(self) -> None:
        self.server.asked.append(self.path)
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path == "/slow" or self.path in self.server.held:
            self.server.held.discard(self.path)
            self.server.end.wait(30)
        elif self.path == "/nothing":
            self.close_connection = True
        elif self.path.startswith("/to/"):
            self.say(302, b"", Location=self.server.locate(self.path[4:]))
        else:
            self.say(200, BODIES.get(self.path, b'{"name": "caneca"}'))

    do_POST = do_GET

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args: object) -> None:
        """Quiet."""

    def handle_one_request(self) -> None:
        try:
            super().handle_one_request()
        except ConnectionError:
            self.close_connection = True


@contextmanager
def serving(locate: Callable[[str], str] = str) -> Iterator[Service]:
    """`locate(path)`: where `/to/<path>` leads."""
    service = Service(locate)
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.end.set()
        service.shutdown()
        service.server_close()
        thread.join(5)
