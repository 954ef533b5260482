"""A process that ends must not wait for its hub, whatever the hub was doing."""

import asyncio
import uuid

import pytest

from apps.core.realtime.hub import Hub
from apps.core.realtime.rendering import RenderClass


class Page:
    """A socket that looks at nothing but its own group."""

    def __init__(self):
        self.organization_id, self.user_id, self.joined = uuid.uuid4(), uuid.uuid4(), {"a"}
        self.render_class = RenderClass(self.organization_id, "en", frozenset())
        self.frames = []

    async def push(self, frame):
        self.frames.append(frame)

    async def end(self, code):
        raise AssertionError("nobody was told to go")

    async def recheck(self):
        raise AssertionError("nothing changed hands")


@pytest.mark.parametrize("pauses", range(7))
async def test_stopping_never_hangs_at_whatever_moment_it_comes(pauses):
    for _ in range(12):
        hub, page = Hub(), Page()
        await hub.join(page, None)
        for _ in range(pauses):
            await asyncio.sleep(0.0007)
        await hub.leave(page)
        await asyncio.wait_for(hub.stop(), 10)
        assert hub._tasks == []


async def test_stopping_twice_or_before_the_start_is_nothing():
    hub = Hub()
    await hub.stop()
    await hub.join(Page(), None)
    await hub.stop()
    await hub.stop()
