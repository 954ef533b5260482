"""pytest plugin: a file's tests stay in one process, and all that need the real stack share one, begun first. Files
that take long follow, so that no process is left alone with one at the end."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

STACK = "stack"
_MARK = f'xdist_group("{STACK}")'
ROOT = Path(__file__).resolve().parents[2]
# By the seconds that they take; everything else takes a few each.
LONG = [
    "pytake/tests/test_tenancy_urls.py",
    "apps/console/tests/test_roles.py",
    "pytake/tests/test_role_matrix.py",
    "apps/ops/tests/test_backoffice.py",
    "apps/routing/tests/test_random_parallel.py",
    "apps/conversations/tests/test_live_socket.py",
    "apps/simulator/tests/test_phone_in_browser.py",
    "apps/chatbots/tests/test_what_flows_reach.py",
    "apps/media/tests/test_pictures.py",
    "apps/ops/tests/test_embedded_servers.py",
    "apps/datasources/tests/test_attacks.py",
    "pytake/tests/test_architecture.py",
]


@cache
def _text(file: str) -> str:
    """Marks are read from the file, because the process that hands out tests collects none."""
    return (ROOT / file).read_text()


def group_of(file: str) -> str:
    return STACK if _MARK in _text(file) else file


class Spread(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread:
    return Spread(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stack's tests mostly wait; beginning with them, the other processes do everything else meanwhile. Those with
    a browser follow one another, so that it is started once. Who kills the stack's parts comes after them."""
    items.sort(key=place_of)


def place_of(item: pytest.Item) -> tuple[int, int]:
    file = item.nodeid.partition("::")[0]
    if group_of(file) == STACK:
        return 0, 0 if "pytest.mark.browser" in _text(file) else 2 if "test_soak" in file else 1
    return 1 + (LONG.index(file) if file in LONG else len(LONG)), 0
