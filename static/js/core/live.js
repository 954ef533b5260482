// One socket per tab. Down: `{seq, type, id, into, html}`. Up: ping, typing, view, read.
import { $, csrfToken } from "./dom.js";
import { upsertAll } from "./upsert.js";

const PING = 25000;
const PATIENCE = 4000;
const LONGEST_WAIT = 15000;

class Live {
  constructor(url) {
    this.url = url;
    this.seq = null;
    this.tries = 0;
    this.wanted = new Map();
    addEventListener("online", () => this.connect());
    document.addEventListener("visibilitychange", () => document.visibilityState === "visible" && this.connect());
    addEventListener("pagehide", () => this.close());
    addEventListener("pageshow", (event) => event.persisted && this.connect());
    this.connect();
  }

  connect() {
    if (this.socket && this.socket.readyState <= WebSocket.OPEN) return;
    clearTimeout(this.timer);
    const address = new URL(this.url, location.href);
    address.protocol = address.protocol.replace("http", "ws");
    if (this.seq !== null) address.searchParams.set("after", String(this.seq));
    const socket = new WebSocket(address);
    this.socket = socket;
    socket.addEventListener("open", () => this.opened());
    socket.addEventListener("message", (event) => this.receive(event.data));
    socket.addEventListener("close", (event) => socket === this.socket && this.closed(event));
  }

  opened() {
    this.tries = 0;
    clearTimeout(this.notice);
    this.show(false);
    this.beat = setInterval(() => this.send({ type: "ping" }), PING);
    for (const frame of this.wanted.values()) this.send(frame);
    document.dispatchEvent(new CustomEvent("live:open"));
  }

  closed(event) {
    clearInterval(this.beat);
    // The server ended this session: the next request will ask to log in.
    if (event.code === 4401 || event.code === 4403) return;
    this.tries += 1;
    const wait = Math.min(LONGEST_WAIT, 400 * 2 ** Math.min(this.tries, 6)) * (0.5 + Math.random() / 2);
    this.timer = setTimeout(() => this.connect(), wait);
    if (this.tries === 1) this.notice = setTimeout(() => this.show(true), PATIENCE);
  }

  close() {
    const { socket } = this;
    this.socket = null;
    clearInterval(this.beat);
    clearTimeout(this.timer);
    socket?.close();
  }

  show(isAway) {
    const bar = $("[data-reconnecting-bar]");
    if (bar) bar.hidden = !isAway || !navigator.onLine;
    document.documentElement.dataset.live = isAway ? "away" : "on";
  }

  receive(text) {
    let envelope;
    try {
      envelope = JSON.parse(text);
    } catch {
      return;
    }
    if (Number.isInteger(envelope.seq)) this.seq = envelope.seq;
    handle(envelope);
  }

  send(frame) {
    if (this.socket?.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  /** Sent now and again after every reconnect. */
  keep(key, frame) {
    this.wanted.set(key, frame);
    this.send(frame);
  }
}

function handle({ type, id, into, html }) {
  if (type === "gap") document.dispatchEvent(new CustomEvent("live:gap"));
  else if (type === "remove") document.getElementById(id)?.remove();
  else if (html) upsertAll(html, into || undefined);
}

let catching = null;

/** What was missed comes in one GET; a second gap while it runs waits for it. */
async function catchUp() {
  const source = $("[data-catchup-url]");
  if (!source || catching) return;
  const address = new URL(source.dataset.catchupUrl, location.href);
  const thread = $(".thread[data-conversation]");
  if (thread) {
    address.searchParams.set("conversation", thread.dataset.conversation);
    const last = [...document.querySelectorAll(".thread-list > [data-sort]")].at(-1);
    if (last) address.searchParams.set("after", last.dataset.sort);
  }
  const tab = $("#conversation-list")?.dataset.tab;
  if (tab) address.searchParams.set("tab", tab);
  catching = fetch(address, { headers: { "HX-Request": "true", "X-CSRFToken": csrfToken() } })
    .then((answer) => (answer.ok ? answer.text() : ""))
    .then((html) => upsertAll(html))
    .catch(() => {})
    .finally(() => {
      catching = null;
    });
  await catching;
}

document.addEventListener("live:gap", catchUp);

const { liveUrl } = document.body.dataset;
export const live = liveUrl ? new Live(liveUrl) : null;
