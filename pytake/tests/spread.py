"""pytest plugin: a file's tests stay in one process. Those that need the real stack share two, begun first: one where
a browser goes from file to file, one whose parts are killed. Files that take long follow, so that no process is left
alone with one at the end."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

STACK, CRASHES = "stack", "crashes"
_MARK = re.compile(rf'xdist_group\("({STACK}|{CRASHES})"\)')
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
    mark = _MARK.search(_text(file))
    return mark[1] if mark else file


class Spread(LoadScopeScheduling):
    def _split_scope(self, nodeid: str) -> str:
        return group_of(nodeid.partition("::")[0])


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Spread:
    return Spread(config, log)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """The stacks' tests mostly wait; beginning with them, the other processes do everything else meanwhile."""
    items.sort(key=place_of)


def place_of(item: pytest.Item) -> int:
    file = item.nodeid.partition("::")[0]
    order = [STACK, CRASHES, *LONG]
    group = group_of(file)
    return order.index(group) if group in order else len(order)
