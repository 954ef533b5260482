"""Live sockets as uvicorn keeps them (`uvicorn --ws pytake.sockets:LiveSocket`): without what only their handshake
needed, which is a quarter of what a quiet socket costs."""

from typing import Any

from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol


class LiveSocket(WebSocketsSansIOProtocol):
    request: Any
    response: Any
    scope: Any

    def start_keepalive(self) -> None:
        """What uvicorn does once the handshake is answered: from here on nobody reads request, response and scope."""
        super().start_keepalive()
        self.request = self.response = None
        self.scope.clear()
