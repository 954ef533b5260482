"""The ASGI application: Graph API, control API and the phone page."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from apps.simulator.ai import ai_routes
from apps.simulator.config import Config
from apps.simulator.control import control_routes
from apps.simulator.errors import GraphError
from apps.simulator.graph.http import JsonResponse
from apps.simulator.graph.routes import graph_routes
from apps.simulator.phone import phone_routes
from apps.simulator.service import Simulator

PRIVATE = ("/control/", "/phone/", "/live")


class Gate:
    """Keeps other sites' pages away from control and phone."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        private = scope["type"] in ("http", "websocket") and scope["path"].startswith(PRIVATE)
        if private and not same_origin(scope):
            await Response("Forbidden", 403)(scope, receive, send)
            return
        await self.app(scope, receive, send)


class SimulatorApp(Starlette):
    """Keeps the server's own send within reach, so that a fault can break the connection under a request."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        scope["simulator.send"] = send
        await super().__call__(scope, receive, send)


def same_origin(scope: Scope) -> bool:
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    return not origin or urlsplit(origin).netloc == headers.get(b"host", b"").decode("latin-1")


async def graph_not_found(request: Request, error: Exception) -> Response:
    status = error.status_code if isinstance(error, HTTPException) else 404
    unknown = GraphError(100 if status == 405 else 2500, f"Unknown path: {request.url.path[:80]}", status)
    return JsonResponse(unknown.body(), status)


async def crashed(request: Request, error: Exception) -> Response:
    return JsonResponse(GraphError(1, "The simulator itself failed; see its log.").body(), 500)


def create_app(config: Config) -> Starlette:
    simulator = Simulator(config)

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        await simulator.sender.start()
        yield
        await simulator.sender.stop()

    app = SimulatorApp(
        routes=[*graph_routes(), *ai_routes(), *control_routes(), *phone_routes()],
        middleware=[Middleware(Gate)],
        exception_handlers={404: graph_not_found, 405: graph_not_found, Exception: crashed},
        lifespan=lifespan,
    )
    app.state.simulator = simulator
    return app
