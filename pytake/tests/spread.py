"""pytest plugin: a file's tests stay in one process, and all that need the real stack share one, begun first."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

STACK = "stack"
_MARK = f'xdist_group("{STACK}")'
ROOT = Path(__file__).resolve().parents[2]


@cache
def group_of(file: str) -> str:
    """Read from the file, because the process that hands out tests collects none."""
    return STACK if _MARK in (ROOT / file).read_text() else file


class Spread(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread:
    return Spread(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stack's tests mostly wait; beginning with them, the other processes do everything else meanwhile. Who kills
    the stack's parts comes after those who look at it."""
    items.sort(key=lambda item: (group_of(item.nodeid.partition("::")[0]) != STACK, "test_soak" in item.nodeid))
