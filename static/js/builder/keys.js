// Keys of the canvas. They are heard while the focus is on it or on nothing smaller, never while somebody types.
import { isTyping } from "./typing.js";

/** After a click on the empty canvas the focus is on what is around it: the page, or its main part. */
const isHere = (element, target) => element.isConnected && (element.contains(target) || target.contains(element));
const ACTS = { z: "undo", y: "redo", "shift+z": "redo", "shift+l": "arrange" };

export function listen(element) {
  document.addEventListener("keydown", (event) => {
    if (!isHere(element, event.target) || isTyping(event.target)) return;
    const command = event.ctrlKey || event.metaKey;
    const key = `${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`;
    const node = event.target.closest(".react-flow__node-step");
    if (command && ACTS[key]) act(event, () => element.act({ act: ACTS[key] }));
    else if (command && key === "a" && (node || event.target.contains(element))) act(event, () => element.choose(element.store.graph.nodes.map(({ id }) => id)));
    else if (command && key === "d") act(event, () => element.duplicate?.());
    else if (command && key === "s") act(event, () => element.act({ act: "save" }));
    else if (event.key === "Enter" && node) act(event, () => element.open(node.dataset.id));
    else if (event.key === "Escape" && element.hasAttribute("data-panel")) act(event, () => element.drawer.leave());
  });
}

function act(event, handler) {
  event.preventDefault();
  handler();
}
