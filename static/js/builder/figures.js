// Counters on the steps of the canvas: read from the table beside it, and taken away by the button that asked for them.
import { $, $$ } from "../core/dom.js";

/** {node: {visits, stopped, time, ports: {name: count}}}, each as the table writes it. */
function read(table) {
  const counted = $$("tr[data-visits]", table).map((row) => {
    const { node, visits, stopped, time } = row.dataset;
    const ports = Object.fromEntries($$("[data-port]", row).map((port) => [port.dataset.port, port.dataset.left]));
    return [node, { visits, stopped, time, ports }];
  });
  return Object.fromEntries(counted);
}

export function listen(element) {
  const toggle = $("[data-panel-open=figures]", element);
  const show = () => {
    const table = $("[data-figures]", element);
    if (!table) return;
    element.store.count(read(table));
    toggle?.setAttribute("aria-pressed", "true");
  };
  element.addEventListener("htmx:afterSwap", show);
  element.addEventListener("click", (event) => {
    if (!toggle?.contains(event.target) || !element.store.figures) return;
    event.stopImmediatePropagation();
    toggle.setAttribute("aria-pressed", "false");
    element.store.count(null);
    if (element.getAttribute("data-panel") === "figures") element.drawer.leave();
  }, { capture: true });
  show();
}
