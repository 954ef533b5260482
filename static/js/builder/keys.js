// Keys of the canvas. They are heard only while the focus is on it, never while somebody types.
const ACTS = { z: "undo", y: "redo", "shift+z": "redo", "shift+l": "arrange" };
const isTyping = (element) => element.closest("input, textarea, select, [contenteditable], dialog");

export function listen(element) {
  element.addEventListener("keydown", (event) => {
    if (isTyping(event.target)) return;
    const command = event.ctrlKey || event.metaKey;
    const key = `${event.shiftKey ? "shift+" : ""}${event.key.toLowerCase()}`;
    const node = event.target.closest(".react-flow__node-step");
    if (command && ACTS[key]) act(event, () => element.act({ act: ACTS[key] }));
    else if (command && key === "a" && node) act(event, () => element.choose(element.store.graph.nodes.map(({ id }) => id)));
    else if (command && key === "d") act(event, () => element.duplicate?.());
    else if (command && key === "s") act(event, () => element.act({ act: "save" }));
    else if (event.key === "Enter" && node) act(event, () => element.open(node.dataset.id));
    else if (event.key === "Escape" && element.hasAttribute("data-panel")) act(event, () => element.closeDrawer());
  });
}

function act(event, handler) {
  event.preventDefault();
  handler();
}
