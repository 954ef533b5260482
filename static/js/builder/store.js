// The flow that is being edited: its graph, what the server says about each node, the selection, undo and redo.
import { EMPTY, nodeOf } from "./graph.js";

const DEPTH = 100;

/** Emits `change` (graph or facts), `select` and `state` (saving). */
export class Store extends EventTarget {
  constructor() {
    super();
    this.graph = EMPTY;
    this.facts = {};
    this.catalogue = {};
    this.selected = [];
    this.lit = new Set();
    this.figures = null;
    this.past = [];
    this.future = [];
    this.version = 0;
  }

  load({ graph, facts, catalogue }) {
    Object.assign(this, { graph: { ...EMPTY, ...graph }, facts, catalogue, past: [], future: [] });
    this.say();
  }

  say(type = "change") {
    this.version += 1;
    this.dispatchEvent(new Event(type));
  }

  change(graph) {
    if (graph === this.graph) return;
    this.past = [...this.past.slice(1 - DEPTH), this.graph];
    this.future = [];
    this.graph = graph;
    this.say();
  }

  undo() { this.travel(this.past, this.future); }
  redo() { this.travel(this.future, this.past); }

  travel(from, to) {
    if (!from.length) return;
    to.push(this.graph);
    this.graph = from.pop();
    this.say();
  }

  learn(facts) {
    this.facts = { ...this.facts, ...facts };
    this.say();
  }

  /** Counters by node, or null for none. */
  count(figures) {
    this.figures = figures;
    this.say();
  }

  light(ids) {
    this.lit = new Set(ids);
    this.say();
  }

  select(ids) {
    if (ids.length === this.selected.length && ids.every((id, index) => id === this.selected[index])) return;
    this.selected = ids;
    this.dispatchEvent(new Event("select"));
  }

  /** Title, icon, group, ports, summary, problems and counters of a node; a new one has what its kind has. */
  factsOf(id) {
    const kind = nodeOf(this.graph, id)?.kind;
    return { ...this.catalogue[kind], ...(this.facts[id]?.kind === kind ? this.facts[id] : {}), figures: this.figures?.[id] };
  }
}
