"""Database work beside an event loop."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, TypeVar

from django.db import connections

T = TypeVar("T")


class DatabaseThread:
    """One thread with a connection of its own. A hop there is cheaper than asgiref's and queues behind nobody."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._executor: ThreadPoolExecutor | None = None

    def start(self) -> None:
        self._executor = ThreadPoolExecutor(1, thread_name_prefix=self._name)

    async def run(self, work: Callable[..., T], *args: Any) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._executor, work, *args)

    async def stop(self) -> None:
        """Ends after the work that was begun, and gives the connection back."""
        if self._executor is not None:
            await self.run(connections.close_all)
            self._executor.shutdown()

    async def __aenter__(self) -> "DatabaseThread":
        self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
