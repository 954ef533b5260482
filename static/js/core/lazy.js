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
  ["[data-code]", () => import("../code/editor.js")],
  ["[data-insert]", () => import("../builder/insert.js")],
  ["[data-bs-toggle]", () => import("./widgets.js")],
];

const pending = new Set(CHUNKS);
const held = new Set(); // forms that were sent before their element works

function load() {
  for (const chunk of pending) {
    const [selector, fetchChunk] = chunk;
    if (!$(selector)) continue;
    pending.delete(chunk);
    fetchChunk().catch(() => {
      pending.add(chunk);
      if (navigator.onLine) sendPlainly();
    });
  }
}

/** The scripts do not come though there is a network: forms work without them. */
function sendPlainly() {
  for (const form of held) form.submit();
  held.clear();
}

// What is sent before the composer works waits for it: the browser would leave the page, and offline lose the words.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!form.closest?.("pt-composer:not(:defined)")) return;
  event.preventDefault();
  if (held.has(form)) return;
  held.add(form);
  load();
  customElements.whenDefined("pt-composer").then(() => held.delete(form) && form.requestSubmit());
}, true);

// So does what is asked for from a builder that does not work yet: its answer would have nobody to show it.
document.addEventListener("htmx:confirm", (event) => {
  if (!event.detail.elt.closest?.("pt-builder:not(:defined)")) return;
  event.preventDefault();
  customElements.whenDefined("pt-builder").then(() => event.detail.issueRequest(true));
});

load();
document.addEventListener("htmx:load", load);
addEventListener("online", load);
