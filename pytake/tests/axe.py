"""axe on pages in Chromium. Only violations are written out and only their nodes leave the page: the rest of axe's
report (every check that passed, with its HTML) takes twice as long as the checks themselves."""

from collections.abc import Mapping
from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RULES = {"runOnly": {"type": "tag", "values": TAGS}}
COLOURS = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}  # all that the dark theme changes
LEAN = {"resultTypes": ["violations"], "preload": False}
THEMES = {"light": RULES, "dark": COLOURS}
RUN = """async ([context, options]) => {
  const { violations } = await axe.run(context ?? document, options);
  return violations.flatMap(({ id, nodes }) => nodes.map(({ html }) => `${id}: ${html.slice(0, 160)}`));
}"""
SET_THEME = "theme => document.documentElement.setAttribute('data-bs-theme', theme)"


def violations(page: Page, context: Any = None, rules: Mapping[str, Any] = RULES) -> list[str]:
    """`context`: what axe looks at, as its own `include` and `exclude`; everything without it."""
    if page.evaluate("typeof axe") == "undefined":
        page.evaluate(AXE_SCRIPT)
    found: list[str] = page.evaluate(RUN, [context, {**rules, **LEAN}])
    return found


def violations_of_both(page: Page, context: Any = None) -> list[str]:
    """Light with all rules; then, on the same page, dark with those that colours can break."""
    found = []
    for theme, rules in THEMES.items():
        page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]
        page.evaluate(SET_THEME, theme)
        found += [f"{theme}: {each}" for each in violations(page, context, rules)]
    return found
