"""Chromium against the real stack. Browsers live as long as one file: Playwright's loop must not meet other tests."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from pytake.tests.chromium import find_chromium
from pytake.tests.stack import Stack, stack

__all__ = ["stack"]
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
]
expect.set_options(timeout=15_000)  # how long a busy machine may take; how fast the product is, is measured elsewhere
DESKTOP, PHONE = {"width": 1440, "height": 900}, {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[Callable[..., BrowserContext]]:
    """Contexts in Brazilian Portuguese, closed at the end of the test."""
    opened: list[BrowserContext] = []

    def open_one(size: dict[str, int] = DESKTOP, **options: Any) -> BrowserContext:
        options = {"reduced_motion": "reduce", **options}  # nothing is looked at half-way through a fade
        context = browser.new_context(viewport=size, locale="pt-BR", timezone_id="America/Sao_Paulo", **options)
        context.set_default_timeout(15_000)
        opened.append(context)
        return context

    yield open_one
    for context in opened:
        context.close()


@pytest.fixture(scope="module")
def sessions() -> dict[str, Any]:
    """Cookies by e-mail: one login each is enough."""
    return {}


@pytest.fixture
def log_in(stack: Stack, open_context: Callable[..., BrowserContext], sessions: dict[str, Any]) -> Callable[..., Page]:
    """`log_in("bruno@aurora.example", size)` opens a page of that person."""

    def open_page(email: str, size: dict[str, int] = DESKTOP, **options: Any) -> Page:
        context = open_context(size, storage_state=sessions.get(email), **options)
        page = context.new_page()
        if email not in sessions:
            page.goto(f"{stack.url}/accounts/login/")
            page.fill("input[name=username]", email)
            page.fill("input[type=password]", stack.demo["logins"][0]["password"])
            page.press("input[type=password]", "Enter")
            page.wait_for_url("**/o/**")
            sessions[email] = context.storage_state()
        return page

    return open_page
