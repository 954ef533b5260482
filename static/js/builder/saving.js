// The draft is saved by itself, with the revision it was made from: another editor's save in between is a conflict.
import { $, csrfToken } from "../core/dom.js";
import { sentenceFor } from "../core/htmx.js";
import { toast } from "../core/toasts.js";

const QUIET = 700;

export class Saver {
  constructor(store, { url, revision, onState }) {
    Object.assign(this, { store, url, revision, onState, saved: store.graph, pending: null, timer: 0, stopped: false, theirs: null });
    store.addEventListener("change", () => this.schedule());
    addEventListener("beforeunload", (event) => this.isDirty && event.preventDefault());
  }

  get isDirty() { return this.store.graph !== this.saved; }

  schedule() {
    if (!this.isDirty || this.stopped) return;
    this.onState("dirty");
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.flush(), QUIET);
  }

  /** Saves what is not saved yet; resolves when the server has it (true), or not (false). What changes meanwhile comes later. */
  async flush() {
    clearTimeout(this.timer);
    while (this.pending) await this.pending;
    if (this.theirs) this.ask();
    if (!this.isDirty || this.stopped) return !this.isDirty;
    const { graph } = this.store;
    this.pending = this.put().finally(() => { this.pending = null; });
    await this.pending;
    return this.saved === graph;
  }

  /** The server writes the draft itself: nothing is saved until the function that this gives is called. */
  hold() {
    let release;
    this.pending = new Promise((resolve) => {
      release = () => { this.pending = null; resolve(); this.schedule(); };
    });
    return release;
  }

  async put() {
    const graph = this.store.graph;
    this.onState("saving");
    const answer = await fetch(this.url, {
      method: "PUT",
      headers: { "Content-Type": "application/json", "X-CSRFToken": csrfToken() },
      body: JSON.stringify({ revision: this.revision, graph }),
    }).catch(() => null);
    if (answer?.ok) return this.accept(graph, await answer.json());
    if (answer?.status === 409) return this.conflict(await answer.json());
    return this.refuse(answer);
  }

  accept(graph, { revision, facts, problems }) {
    this.revision = revision;
    this.saved = graph;
    this.store.learn(facts);
    this.onState(this.isDirty ? "dirty" : "saved", { problems });
    this.schedule();
  }

  /** A graph that the server has already, except for what was moved in the meantime. */
  settle(graph, revision) {
    const wasClean = !this.isDirty;
    this.revision = revision;
    if (wasClean) this.saved = graph;
    this.store.change(graph);
  }

  async refuse(answer) {
    this.onState("failed");
    const detail = answer?.status === 422 ? (await answer.json()).error : sentenceFor(answer?.status ?? 0);
    toast({ level: "error", text: detail, retry: () => this.flush() });
  }

  conflict(theirs) {
    this.stopped = true;
    this.theirs = theirs;
    this.onState("conflict");
    this.ask();
  }

  /** Whose flow is kept. Whoever decides later is asked again by whatever needs the flow saved. */
  ask() {
    const dialog = $("#conflict-dialog");
    if (dialog.open) return;
    $("[data-conflict-text]", dialog).textContent = this.theirs.text;
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener("close", () => this.decide(dialog.returnValue), { once: true });
  }

  decide(choice) {
    if (choice === "theirs") {
      this.saved = this.store.graph;
      location.reload();
    } else if (choice === "mine") {
      this.stopped = false;
      this.revision = this.theirs.revision;
      this.theirs = null;
      this.pending = this.put().finally(() => { this.pending = null; });
    }
  }
}
