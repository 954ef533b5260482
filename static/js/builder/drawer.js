// The drawer beside the canvas: a step's form or a panel. A form is saved when it is left, so that nothing typed is lost, and
// what needs its answer (a new step behind it, its next form, publishing) waits for it.
import { $ } from "../core/dom.js";
import htmx from "../core/htmx.js";
import { nodeOf, replaceNode } from "./graph.js";

const FORM = "form[data-node-form]";

export class Drawer {
  opened = null; // the node whose form is shown
  writing = null; // while a form is being saved
  taking = null; // while the canvas takes over what a form has made
  answered = null;
  lastAsked = null;

  constructor(builder) {
    this.builder = builder;
    this.body = $("#flow-drawer", builder);
    builder.addEventListener("input", ({ target }) => !target.closest("[data-sample]") && target.closest(FORM)?.setAttribute("data-dirty", ""));
    builder.addEventListener("click", ({ target }) => this.clicked(target));
    builder.addEventListener("htmx:afterRequest", ({ detail }) => detail.successful && detail.elt.dataset.panelOpen && this.show(detail.elt.dataset.panelOpen));
    addEventListener("beforeunload", (event) => (this.unsaved || this.writing) && event.preventDefault());
    this.listen();
  }

  get unsaved() { return $(`${FORM}[data-dirty]`, this.builder); }

  /** What the server makes from the saved draft waits until all is saved; no answer pushes out what was asked for or typed later. */
  listen() {
    const isHere = ({ detail }) => detail.target === this.body;
    this.builder.addEventListener("flow:node", ({ detail }) => { this.taking = this.take(detail.id); });
    this.builder.addEventListener("htmx:confirm", (event) => this.hold(event));
    this.builder.addEventListener("htmx:beforeSend", (event) => {
      const { elt, xhr } = event.detail;
      if (isHere(event)) this.lastAsked = xhr;
      if (elt.closest(FORM)) this.answered = new Promise((resolve) => xhr.addEventListener("loadend", resolve));
      if (elt.matches(FORM)) elt.removeAttribute("data-dirty"); // until more is typed, or it fails
    });
    this.builder.addEventListener("htmx:afterRequest", ({ detail }) => !detail.successful && detail.elt.matches(FORM) && detail.elt.setAttribute("data-dirty", ""));
    this.builder.addEventListener("htmx:beforeSwap", (event) => {
      const { requestConfig, xhr } = event.detail;
      if (isHere(event) && (xhr !== this.lastAsked || requestConfig.elt.matches(`${FORM}[data-dirty]`))) event.detail.shouldSwap = false;
    });
    this.builder.addEventListener("htmx:afterSwap", (event) => isHere(event) && this.complain());
    this.builder.addEventListener("htmx:configRequest", ({ detail }) => {
      if (this.builder.saver && detail.elt.closest(FORM)) detail.parameters.revision = String(this.builder.saver.revision);
    });
  }

  /** What is wrong may be far down a form. */
  complain() {
    const wrong = $(".has-errors", this.body);
    wrong?.scrollIntoView({ block: "center" });
    if (wrong) $("input:not([type=hidden]), select, textarea", wrong)?.focus({ preventScroll: true });
  }

  clicked(target) {
    if (target.closest("[data-close-drawer]")) this.leave();
    else if (target.closest("[data-discard]")) this.close();
  }

  hold(event) {
    const { elt, question, issueRequest } = event.detail;
    const asking = elt.closest(`${FORM}, [data-panel-open], [data-flush]`);
    if (!asking || !this.builder.saver || question || event.defaultPrevented) return;
    event.preventDefault();
    if (asking.matches(FORM)) this.write(issueRequest);
    else this.settled().then((isSettled) => isSettled && issueRequest(true));
  }

  /** Sends a step's form upon what is saved; what is drawn meanwhile is saved afterwards, upon what the form has made. */
  write(send) {
    const writing = this.sent(send).finally(() => { if (this.writing === writing) this.writing = null; });
    this.writing = writing;
  }

  async sent(send) {
    const { saver } = this.builder;
    if (!(await saver.flush())) return;
    const release = saver.hold();
    this.answered = null; // nothing is sent for a form that has gone
    try {
      send(true);
      await this.answered;
      await this.taking;
    } finally {
      release();
    }
  }

  /** Saves what was typed in a step's form; false when that was refused, and the form says why. */
  async written() {
    await this.writing; // of what was in it before
    this.unsaved?.requestSubmit();
    await this.writing;
    return !this.unsaved;
  }

  /** Saves all: the form and the graph. */
  async settled() {
    return (await this.written()) && this.builder.saver.flush();
  }

  /** The canvas takes over what the server made of a step. */
  async take(id) {
    const { dataset, store, saver } = this.builder;
    const answer = await fetch(dataset.url, { headers: { Accept: "application/json" } }).catch(() => null);
    if (!answer?.ok) return;
    const { graph, revision, facts } = await answer.json();
    const drawn = store.graph.edges.filter((edge) => edge.from === id && !saver.saved.edges.includes(edge));
    const edges = [...graph.edges.filter((edge) => edge.from === id && !drawn.some(({ port }) => port === edge.port)), ...drawn];
    store.learn(facts);
    saver.settle(replaceNode(store.graph, nodeOf(graph, id), edges), revision);
    this.builder.tell("saved", { problems: Object.values(facts).reduce((sum, each) => sum + each.problems.length, 0) });
  }

  /** Shows the node's form, made by the server from the saved draft. */
  async open(id) {
    const { dataset, saver } = this.builder;
    if (!(await this.written())) return this.builder.choose([this.opened]);
    this.opened = id;
    if (saver && !(await saver.flush())) return;
    this.builder.dispatchEvent(new CustomEvent("flow:select", { detail: { id }, bubbles: true }));
    await htmx.ajax("GET", dataset.nodeUrl.replace("--node--", encodeURIComponent(id)), { source: this.body, target: this.body, swap: "innerHTML" });
    if (this.opened === id) this.show("node");
  }

  show(panel) {
    this.builder.setAttribute("data-panel", panel);
    if (panel !== "node") this.opened = null;
  }

  async leave() {
    if (await this.written()) this.close();
  }

  close() {
    this.opened = null;
    this.builder.removeAttribute("data-panel");
    this.body?.replaceChildren();
  }
}
