"""Chromium against the real stack: one browser for all the files that follow one another, in which a person's window
stays open from test to test. Playwright's loop must not meet other tests, so it ends before them."""

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import suppress
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page, Playwright, expect, sync_playwright

from pytake.tests.chromium import FLAGS, find_chromium
from pytake.tests.stack import Stack, stack

__all__ = ["stack"]
MICROPHONE = [
    "--use-fake-device-for-media-stream",
    "--use-fake-ui-for-media-stream",
]  # beeps for everybody
expect.set_options(timeout=15_000)  # how long a busy machine may take; how fast the product is, is measured elsewhere
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


class Chromium:
    """Begun when a test wants it. A window (a context) keeps its session and cache; its pages end with each test."""

    def __init__(self) -> None:
        self._playwright: Playwright | None = None
        self._browser: Browser | None = None
        self.windows: dict[str, BrowserContext] = {}

    @property
    def browser(self) -> Browser:
        if self._browser is None:
            self._playwright = sync_playwright().start()
            self._browser = self._playwright.chromium.launch(
                executable_path=find_chromium(), args=[*FLAGS, *MICROPHONE]
            )
        return self._browser

    def fresh(self, size: dict[str, int], **options: Any) -> BrowserContext:
        """In Brazilian Portuguese, and of nobody."""
        options = {"reduced_motion": "reduce", **options}  # nothing is looked at half-way through a fade
        context = self.browser.new_context(viewport=size, locale="pt-BR", timezone_id="America/Sao_Paulo", **options)
        context.set_default_timeout(15_000)
        return context

    def tidy(self, context: BrowserContext) -> None:
        """As it was: no pages, nothing stored but the session, nothing in the way."""
        context.unroute_all(behavior="ignoreErrors")
        context.set_offline(False)
        for page in context.pages:
            with suppress(Error):  # an error page has no storage
                page.evaluate("localStorage.clear()")
            page.close()

    def end(self) -> None:
        self.windows.clear()
        if self._browser is not None and self._playwright is not None:
            self._browser.close()
            self._playwright.stop()
        self._browser = self._playwright = None


CHROMIUM = Chromium()


def in_browser(item: pytest.Item | None) -> bool:
    return bool(item and item.get_closest_marker("browser") and item.get_closest_marker("xdist_group"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Generator[None, object, object]:
    try:
        return (yield)
    finally:
        if not in_browser(nextitem):
            CHROMIUM.end()


@pytest.fixture
def open_context() -> Iterator[Callable[..., BrowserContext]]:
    """Windows of nobody, closed at the end of the test."""
    opened: list[BrowserContext] = []

    def open_one(size: dict[str, int] = DESKTOP, **options: Any) -> BrowserContext:
        opened.append(CHROMIUM.fresh(size, **options))
        return opened[-1]

    yield open_one
    for context in opened:
        context.close()


def enter(page: Page, stack: Stack, email: str) -> None:
    page.goto(f"{stack.url}/accounts/login/")
    page.fill("input[name=username]", email)
    page.fill("input[type=password]", stack.demo["logins"][0]["password"])
    page.press("input[type=password]", "Enter")
    page.wait_for_url("**/o/**")


@pytest.fixture
def log_in(stack: Stack) -> Iterator[Callable[..., Page]]:
    """`log_in("bruno@aurora.example", size)` opens that person's page; a second one in a test has its own session."""
    times: Counter[str] = Counter()
    used: list[BrowserContext] = []

    def open_page(email: str, size: dict[str, int] = DESKTOP, **options: Any) -> Page:
        who = f"{email} {size} {sorted(options.items())}"
        times[who] += 1
        key = f"{who} {times[who]}"
        used.append(CHROMIUM.windows.get(key) or CHROMIUM.fresh(size, **options))
        page = used[-1].new_page()
        if key not in CHROMIUM.windows:
            enter(page, stack, email)
            CHROMIUM.windows[key] = used[-1]
        return page

    yield open_page
    for context in used:
        CHROMIUM.tidy(context)
