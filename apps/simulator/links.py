"""Media sent by link: Meta fetches it before delivering; a fetch that fails becomes a failed status."""

import asyncio
from collections.abc import Iterator
from copy import deepcopy

import aiohttp

from apps.simulator.entities import JSON, Message
from apps.simulator.service import Simulator
from apps.simulator.validation import MEDIA_TYPES

FETCH_SECONDS = 10
FETCH_BYTES = 100 * 1024 * 1024
_running: set[asyncio.Task[None]] = set()


def media_objects(message: Message) -> Iterator[JSON]:
    """Every place of a message where a media object may stand."""
    content = message.content
    if message.type in MEDIA_TYPES:
        yield content
    elif message.type == "interactive":
        yield from _inner(content.get("header") or {})
    elif message.type == "template":
        for part in content.get("components") or []:
            for parameter in part.get("parameters") or []:
                yield from _inner(parameter)


def _inner(holder: JSON) -> Iterator[JSON]:
    inner = holder.get(str(holder.get("type", "")))
    if holder.get("type") in MEDIA_TYPES and isinstance(inner, dict):
        yield inner


def _waiting(media: JSON) -> bool:
    return bool(media.get("link") and not media.get("id"))


def fetch_links(simulator: Simulator, message: Message) -> None:
    """Start the statuses at once, or after the linked media has been fetched."""
    if not any(_waiting(media) for media in media_objects(message)):
        simulator.statuses.accepted(message)
        return
    message.content = deepcopy(message.content)
    linked = [media for media in media_objects(message) if _waiting(media)]
    task = asyncio.get_running_loop().create_task(_fetch_all(simulator, message, linked))
    _running.add(task)
    task.add_done_callback(_running.discard)


async def _fetch_all(simulator: Simulator, message: Message, linked: list[JSON]) -> None:
    for media in linked:
        try:
            media["id"] = await _fetch(simulator, str(media["link"]))
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError):
            message.error = 131053
    simulator.show(message)
    simulator.statuses.accepted(message)


async def _fetch(simulator: Simulator, link: str) -> str:
    timeout = aiohttp.ClientTimeout(total=FETCH_SECONDS)
    async with simulator.sender.session.get(link, timeout=timeout) as response:
        if response.status != 200:
            raise ValueError(f"link answered {response.status}")
        data = bytearray()
        async for chunk in response.content.iter_chunked(65_536):
            data += chunk
            if len(data) > FETCH_BYTES:
                raise ValueError("linked media is too big")
        mime_type = response.headers.get("Content-Type", "application/octet-stream").partition(";")[0]
    return simulator.world.add_media(bytes(data), mime_type, link.rpartition("/")[2]).id
