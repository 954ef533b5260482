// Copy and paste of steps, within a flow and between flows: JSON on the clipboard, checked before it is used.
import { toast } from "../core/toasts.js";
import { insert, part, readPart, remove } from "./graph.js";
import { isTyping } from "./typing.js";
import { w } from "./words.js";

export function listen(element) {
  const { store } = element;
  const concerns = () => element.isConnected && !element.isFixed && !isTyping(document.activeElement) && !getSelection().toString();

  function put(event) {
    if (!concerns() || !store.selected.length) return false;
    event.clipboardData.setData("text/plain", JSON.stringify(part(store.graph, store.selected)));
    event.preventDefault();
    return true;
  }

  function paste(found) {
    const [graph, ids] = insert(store.graph, found);
    store.change(graph);
    element.choose(ids);
  }

  element.duplicate = () => !element.isFixed && store.selected.length && paste(part(store.graph, store.selected));
  document.addEventListener("copy", put);
  document.addEventListener("cut", (event) => put(event) && store.change(remove(store.graph, store.selected)));
  document.addEventListener("paste", (event) => {
    if (!concerns()) return;
    const text = event.clipboardData.getData("text/plain");
    if (!text.trim()) return;
    const found = readPart(text, Object.keys(store.catalogue));
    if (found) paste(found);
    else toast({ level: "warning", text: w("notAFlow") });
  });
}
