"""A flow of 300 steps on the canvas in Chromium: until it can be used, and frames while a step is dragged."""

import time
from statistics import median
from typing import Any

from playwright.sync_api import sync_playwright

from benchmarks.house import House
from benchmarks.rounds import Goal, Row
from benchmarks.visitors import cookie
from pytake.tests.chromium import FLAGS, find_chromium

STEPS, ACROSS, MOVES = 300, 20, 180
OPENS = Goal("canvas of 300 steps, opens", "ms", must=1_000, aim=700, more_is_better=False, is_ratio=False)
DRAGS = Goal("canvas of 300 steps, frames while dragging", "frames/s", must=58, aim=60, is_ratio=False)

_MIDDLE = """
() => {
  const middle = (element) => {
    const { x, y, width, height } = element.getBoundingClientRect();
    return [x + width / 2, y + height / 2];
  };
  const [x, y] = middle(document.querySelector(".react-flow__pane"));
  const away = ([left, top]) => Math.hypot(left - x, top - y);
  const heads = [...document.querySelectorAll(".react-flow__node-step .bn-head")].map(middle);
  return heads.sort((one, other) => away(one) - away(other))[0];
}
"""
_COUNT = """
() => {
  window.benchFrames = [];
  const frame = (at) => { window.benchFrames.push(at); window.benchRunning = requestAnimationFrame(frame); };
  window.benchRunning = requestAnimationFrame(frame);
}
"""
_RATE = """
() => {
  cancelAnimationFrame(window.benchRunning);
  const at = window.benchFrames;
  return (at.length - 1) / (at.at(-1) - at[0]) * 1000;
}
"""


def run(house: House) -> list[Row]:
    house.static()
    flow = _draw(house)
    served = house.web()
    try:
        opened, frames = _look(house, f"{house.url}/o/{house.demo['organization']['slug']}/bots/flows/{flow}/")
    finally:
        house.stop(served)
    return [
        Row(OPENS, median(opened), None, {"measured": opened}, "asked for → drawn and usable; scripts in the cache"),
        Row(DRAGS, median(frames), None, {"measured": frames}, "requestAnimationFrame, one step dragged about"),
    ]


def _draw(house: House) -> str:
    from apps.chatbots import services  # noqa: PLC0415 - Django has to be set up first
    from apps.organizations.tenancy import tenant_scope  # noqa: PLC0415

    nodes = [
        {
            "id": f"n{at}",
            "kind": "message" if at else "start",
            "x": at % ACROSS * 300,
            "y": at // ACROSS * 180,
            "label": "",
            "fields": {"text": f"Mensagem {at}"} if at else {},
        }
        for at in range(STEPS)
    ]
    edges = [{"from": f"n{at}", "port": "next", "to": f"n{at + 1}"} for at in range(STEPS - 1)]
    with tenant_scope(house.demo["organization"]["id"]):
        flow = services.create_bot(name="Grande", by=None).flows.get()
        services.save_draft(flow, {"schema": 1, "nodes": nodes, "edges": edges, "comments": []}, 1, None)
    return str(flow.pk)


def _look(house: House, address: str) -> tuple[list[float], list[float]]:
    name, _, value = cookie(house, 0).partition("=")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_chromium(), args=FLAGS)
        try:
            context = browser.new_context(viewport={"width": 1440, "height": 900})
            context.add_cookies([{"name": name, "value": value, "url": house.url}])
            page = context.new_page()
            opened = [_open(page, address) for _ in range(house.amount(11, 6))][1:]
            return opened, [_drag(page) for _ in range(house.amount(9, 4))]
        finally:
            browser.close()


def _open(page: Any, address: str) -> float:
    page.goto(address)
    page.wait_for_selector("pt-builder[data-ready] .react-flow__node-step")
    return float(page.evaluate("performance.getEntriesByName('builder:ready')[0].startTime"))


def _drag(page: Any) -> float:
    """Frames a second while a step goes to and fro, and back, away from the edges that move the canvas."""
    x, y = page.evaluate(_MIDDLE)
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + 6, y + 6)
    page.evaluate(_COUNT)
    began = time.perf_counter()
    for move in range(MOVES):
        away = 30 - abs(30 - move % 60)
        page.mouse.move(x + 6 + away * 4, y + 6 + away * 3)
        time.sleep(max(0.0, began + move / 90 - time.perf_counter()))
    rate = float(page.evaluate(_RATE))
    page.mouse.move(x, y)
    page.mouse.up()
    return rate
