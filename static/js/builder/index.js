// <pt-builder>: the canvas of a flow with its palette, drawer, keys and autosave. A chunk of its own, for its pages only.
import { $, $$ } from "../core/dom.js";
import { sentenceFor } from "../core/htmx.js";
import { toast } from "../core/toasts.js";
import { draw } from "./canvas.js";
import { listen as listenToClipboard } from "./clipboard.js";
import { Drawer } from "./drawer.js";
import { listen as listenToFigures } from "./figures.js";
import { addComment, addNode, connect, nodeOf, place, remove } from "./graph.js";
import { listen as listenToKeys } from "./keys.js";
import { align, arrange } from "./layout.js";
import "./palette.js";
import { Saver } from "./saving.js";
import { Store } from "./store.js";
import { w } from "./words.js";

const BESIDE = 300;
const [WIDE, HIGH, MARGIN] = [240, 160, 24]; // what a step takes, and the least around it

class PtBuilder extends HTMLElement {
  store = new Store();

  get isFixed() { return this.hasAttribute("data-fixed"); }

  async connectedCallback() {
    this.drawer = new Drawer(this);
    const answer = await fetch(this.dataset.url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return toast({ level: "error", text: sentenceFor(answer?.status ?? 0) });
    const data = await answer.json();
    this.store.load(data);
    if (!this.isFixed) this.saver = new Saver(this.store, { url: this.dataset.url, revision: data.revision, onState: (state, extra) => this.tell(state, extra) });
    this.stop = draw($("[data-canvas]", this), { store: this.store, element: this, isFixed: this.isFixed });
    this.addEventListener("click", (event) => this.act(event.target.closest("[data-act]")?.dataset));
    this.addEventListener("click", (event) => this.replay(event.target.closest("[data-replay-node]")));
    this.addEventListener("flow:ready", () => this.ready(), { once: true });
    listenToKeys(this);
    listenToClipboard(this);
    listenToFigures(this);
    this.store.addEventListener("change", () => this.refresh());
    this.store.addEventListener("select", () => this.refresh());
    this.refresh();
  }

  disconnectedCallback() { this.stop?.(); }

  ready() {
    this.setAttribute("data-ready", "");
    performance.mark("builder:ready");
    const wanted = location.hash.slice(1);
    if (wanted && nodeOf(this.store.graph, wanted)) this.jump(wanted);
  }

  /** The word beside the title: saved, saving, not saved. */
  tell(state, { problems } = {}) {
    const line = $("[data-save-state]", this);
    if (line) Object.assign(line, { textContent: w(`state-${state}`.replace(/-(.)/, (_, letter) => letter.toUpperCase())) }).dataset.saveState = state;
    if (problems !== undefined) for (const count of $$("[data-problem-count]", this)) Object.assign(count, { textContent: problems, hidden: !problems });
    if (state === "saved") document.body.dispatchEvent(new Event("flow:saved"));
  }

  refresh() {
    const { past, future, selected } = this.store;
    const usable = { undo: past.length, redo: future.length, delete: selected.length, left: selected.length > 1, top: selected.length > 1, columns: selected.length > 2, rows: selected.length > 2 };
    for (const button of $$("[data-act]", this)) if (button.dataset.act in usable) button.disabled = !usable[button.dataset.act];
  }

  act(data) {
    if (!data || (this.isFixed && data.act !== "show")) return;
    const { store } = this;
    const acts = {
      undo: () => store.undo(),
      redo: () => store.redo(),
      delete: () => this.removeSelected(),
      arrange: () => this.arrange(),
      comment: () => store.change(addComment(store.graph, this.middle())),
      add: () => this.add(data.kind),
      show: () => this.jump(data.node),
      save: () => this.saver.flush(),
      palette: () => this.classList.toggle("is-palette"),
    };
    if (acts[data.act]) acts[data.act]();
    else if (["left", "top", "columns", "rows"].includes(data.act)) this.align(data.act);
  }

  middle() {
    const { x, y, width, height } = $("[data-canvas]", this).getBoundingClientRect();
    return this.flow.screenToFlowPosition({ x: x + width / 2 - 110, y: y + height / 2 - 60 });
  }

  sizes() {
    return Object.fromEntries(this.flow.getNodes().map((node) => [node.id, node.measured ?? {}]));
  }

  arrange() {
    this.store.change(place(this.store.graph, arrange(this.store.graph, this.sizes())));
    requestAnimationFrame(() => this.flow.fitView({ maxZoom: 1, padding: 0.15, duration: 200 }));
  }

  align(how) {
    const { graph, selected } = this.store;
    const items = [...graph.nodes, ...graph.comments].filter((item) => selected.includes(item.id));
    this.store.change(place(graph, align(items, how)));
  }

  /** Add a step: where it was dropped, or right of the chosen step and connected to its first free port. */
  async add(kind, spot) {
    if (!(await this.drawer.written())) return; // the form of the step behind which it comes decides its ports
    const { store } = this;
    const { title, fields = {} } = store.catalogue[kind] ?? {};
    if (!title) return;
    const chosen = spot ? null : nodeOf(store.graph, store.selected.at(-1));
    const where = spot ?? (chosen ? { x: chosen.x + BESIDE, y: chosen.y } : this.middle());
    const [grown, node] = addNode(store.graph, { kind, ...where, fields: structuredClone(fields) });
    const free = chosen && store.factsOf(chosen.id).ports?.find((port) => !store.graph.edges.some((edge) => edge.from === chosen.id && edge.port === port.name));
    store.change(free ? connect(grown, chosen.id, free.name, node.id) : grown);
    this.classList.remove("is-palette");
    this.choose([node.id]);
    this.open(node.id);
  }

  choose(ids) {
    requestAnimationFrame(() => this.setNodes((before) => before.map((node) => ({ ...node, selected: ids.includes(node.id) }))));
  }

  removeSelected() {
    const { graph, selected } = this.store;
    if (!selected.length) return;
    if (selected.includes(this.drawer.opened)) this.drawer.close();
    this.store.change(remove(graph, selected));
  }

  /** Moves the canvas no further than it takes to see the whole step beside the drawer. */
  reveal(id) {
    const node = nodeOf(this.store.graph, id);
    if (!node) return;
    const { x, y, zoom } = this.flow.getViewport();
    const { width, height } = $("[data-canvas]", this).getBoundingClientRect();
    const moved = (start, size, room) => Math.min(0, room - MARGIN - start - size * zoom) || Math.max(0, MARGIN - start);
    const [left, top] = [moved(x + node.x * zoom, WIDE, width), moved(y + node.y * zoom, HIGH, height)];
    if (left || top) this.flow.setViewport({ x: x + left, y: y + top, zoom }, { duration: 200 });
  }

  /** Shows a step in the middle of what the drawer leaves of the canvas. */
  async jump(id) {
    const node = nodeOf(this.store.graph, id);
    if (!node) return;
    this.choose([id]);
    await this.open(id);
    const { width, height } = $("[data-canvas]", this).getBoundingClientRect();
    this.flow.setViewport({ x: width / 2 - node.x - 110, y: height / 2 - node.y - 60, zoom: 1 }, { duration: 200 });
  }

  /** Its form in the drawer; where there are none, whoever draws around the canvas shows it. */
  async open(id) {
    if (!this.dataset.nodeUrl) return this.dispatchEvent(new CustomEvent("flow:select", { detail: { id }, bubbles: true }));
    await this.drawer.open(id);
    if (this.drawer.opened === id) this.reveal(id);
  }

  /** A step of a replay: its node is lit and brought to the middle. */
  replay(button) {
    if (!button) return;
    const id = button.dataset.replayNode;
    for (const each of $$("[data-replay-node]", this)) each.toggleAttribute("aria-current", each === button);
    this.store.light([id]);
    this.jump(id);
  }
}

customElements.define("pt-builder", PtBuilder);

document.addEventListener("flow:light", (event) => $("pt-builder")?.store.light(event.detail.ids ?? []));
