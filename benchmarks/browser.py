"""POST of a webhook → the message stands in an agent's open list in Chromium, with web and worker running."""

import http.client
import time
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks import payloads
from benchmarks.house import House
from benchmarks.rounds import Goal, Row, percentile
from benchmarks.visitors import cookie
from pytake.tests.chromium import FLAGS, find_chromium

HALF = Goal("webhook → visible in Chromium, p50", "ms", must=120, aim=60, more_is_better=False, is_ratio=False)
MOST = Goal("webhook → visible in Chromium, p95", "ms", must=300, aim=120, more_is_better=False, is_ratio=False)
PAUSE, WARM = 0.3, 5

# The moment at which the browser is about to paint a frame in which the row with the text can be seen. The list alone
# is watched: the whole page's visible text costs a layout, which took longer than all that is measured here.
_WATCH = """
() => {
  window.benchSeen = {};
  const list = document.querySelector("#conversation-list");
  const look = () => {
    for (const row of list.children) {
      const found = row.textContent.match(/bench-\\d+-end/);
      if (!found || found[0] in window.benchSeen) continue;
      window.benchSeen[found[0]] = 0;
      requestAnimationFrame(() => {
        const { top, height } = row.getBoundingClientRect();
        const isVisible = row.checkVisibility() && height > 0 && top < innerHeight;
        window.benchSeen[found[0]] = isVisible ? performance.timeOrigin + performance.now() : 0;
      });
    }
  };
  new MutationObserver(look).observe(list, {childList: true, subtree: true, characterData: true});
}
"""


def run(house: House) -> list[Row]:
    house.static()
    web, worker = house.web(), house.worker()
    try:
        with _page(house) as page:
            found = [_one(house, page, number) for number in range(WARM + house.amount(60, 20))][WARM:]
    finally:
        house.stop(worker)
        house.stop(web)
    samples = {"measured": found}
    note = "POST begun → frame painted; one at a time, one customer"
    return [
        Row(HALF, percentile(found, 0.5), None, samples, note),
        Row(MOST, percentile(found, 0.95), None, samples, note),
    ]


@contextmanager
def _page(house: House) -> Any:
    name, _, value = cookie(house, 0).partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            context = browser.new_context()
            context.add_cookies([{"name": name, "value": value, "url": house.url}])
            page = context.new_page()
            page.goto(f"{house.url}/o/{house.demo['organization']['slug']}/desk/conversations/?tab=all")
            page.wait_for_timeout(3_000)
            page.evaluate(_WATCH)
            yield page
        finally:
            browser.close()


def _one(house: House, page: Any, number: int) -> float:
    text = f"bench-{time.time_ns()}-end"
    body = payloads.inbound(house.demo, 900_000, f"wamid.B{time.time_ns()}", text)
    head, _, payload = payloads.request(house.demo, body).partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    began = time.time() * 1000
    connection = http.client.HTTPConnection("127.0.0.1", house.port, timeout=10)
    connection.request("POST", "/webhooks/whatsapp/", payload, headers)
    if connection.getresponse().status != 200:
        raise RuntimeError("the webhook was refused")
    connection.close()
    seen = _wait(page, text)
    time.sleep(PAUSE)
    return seen - began


def _wait(page: Any, text: str) -> float:
    ends = time.monotonic() + 15
    while time.monotonic() < ends:
        page.wait_for_timeout(100)
        if seen := page.evaluate("text => window.benchSeen[text]", text):
            return float(seen)
    raise RuntimeError(f"the message did not show within 15 s at {page.url}")
