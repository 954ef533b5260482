// Loads a chunk when an element that needs it is on the page, or arrives in a fragment.
import { $ } from "./dom.js";

const CHUNKS = [
  ["pt-thread, pt-composer, [data-inbox]", () => import("../inbox/inbox.js")],
  ["[data-live-url]", () => import("./live.js")],
  ["[data-intervals]", () => import("./intervals.js")],
  ["[data-presence]", () => import("./presence.js")],
  ["pt-sla, [data-inbox]", () => import("./sla.js")],
  ["#palette", () => import("./palette.js")],
  ["pt-chart", () => import("../desk/chart.js")],
  ["pt-crop", () => import("../desk/crop.js")],
  ["pt-strength", () => import("../desk/strength.js")],
  ["pt-builder", () => import("../builder/index.js")],
  ["pt-rows", () => import("../builder/rows.js")],
  ["[data-node-form] [data-limit]", () => import("../builder/counters.js")],
  ["[data-code=python]", () => import("../builder/code.js")],
  ["[data-insert]", () => import("../builder/insert.js")],
  ["[data-bs-toggle]", () => import("./widgets.js")],
];

const pending = new Set(CHUNKS);

function load() {
  for (const chunk of pending) {
    const [selector, fetchChunk] = chunk;
    if (!$(selector)) continue;
    pending.delete(chunk);
    fetchChunk().catch(() => pending.add(chunk));
  }
}

load();
document.addEventListener("htmx:load", load);
