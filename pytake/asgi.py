"""One origin: the webhook door, the live sockets, and the pages (the WSGI application in a few threads)."""

import os
from typing import Any, cast

from a2wsgi import WSGIMiddleware

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "pytake.settings.local")
pages: Any = WSGIMiddleware(cast(Any, get_wsgi_application()), workers=4)

from apps.conversations.consumers import hub  # noqa: E402 - needs the app registry
from apps.whatsapp.door import Door  # noqa: E402
from pytake import collector, websockets  # noqa: E402

WEBHOOK_PATH = "/webhooks/whatsapp/"
door = Door()


async def application(scope: dict[str, Any], receive: Any, send: Any) -> None:
    if scope["type"] == "lifespan":
        await _lifespan(receive, send)
    elif scope["type"] == "websocket":
        await websockets.application(scope, receive, send)
    elif scope["path"] == WEBHOOK_PATH:
        await door(scope, receive, send)
    else:
        await pages(scope, receive, send)


async def _lifespan(receive: Any, send: Any) -> None:
    while True:
        message = await receive()
        if message["type"] == "lifespan.startup":
            collector.calm()
            await hub.start()
            await send({"type": "lifespan.startup.complete"})
        else:
            await hub.stop()
            await door.close()
            await send({"type": "lifespan.shutdown.complete"})
            return
