// One socket per tab. Down: `{seq, type, id, into, html}`. Up: ping, typing, view, read.
import { $, $$, elementsOf, t } from "./dom.js";
import htmx from "./htmx.js";
import { toast } from "./toasts.js";
import { upsertAll } from "./upsert.js";

const PING = 25000;
const PATIENCE = 4000;
const LONGEST_WAIT = 15000;
const REFUSED = 4400;
const SESSION_ENDED = 4401;

class Live {
  constructor(url) {
    this.url = url;
    // What was pushed between the page's rows and the first connection is missed, and noticed by this number.
    const seen = $("[data-live-seq]")?.dataset.liveSeq;
    this.seq = seen === undefined ? null : Number(seen);
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
    if (event.code === SESSION_ENDED) askToLogIn();
    if (event.code === SESSION_ENDED || event.code === REFUSED) return;
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

function askToLogIn() {
  const path = $("meta[name=login-path]")?.content;
  if (!path) return;
  const url = `${path}?next=${encodeURIComponent(location.pathname)}`;
  toast({ level: "warning", text: t("loggedOut"), url, label: t("logIn"), life: 0 });
}

function handle({ type, id, into, html }) {
  if (type === "gap") document.dispatchEvent(new CustomEvent("live:gap"));
  else if (type === "changed") document.dispatchEvent(new CustomEvent("live:changed", { detail: { id } }));
  else if (type === "remove") takeAway(id);
  else if (html) upsertAll(html, into || undefined);
  document.dispatchEvent(new CustomEvent("live:handled", { detail: { type, id, into } }));
}

function takeAway(id) {
  document.getElementById(id)?.remove();
  document.dispatchEvent(new CustomEvent("live:removed", { detail: { id } }));
}

/** Rows that left the list while the socket was away: within what the answer covers, but not in it. */
function dropMissing(html) {
  const list = $("#conversation-list");
  if (!list || $("[data-search]")?.value) return;
  const rows = elementsOf(html).filter((element) => element.classList.contains("chat-row"));
  const ids = new Set(rows.map((row) => row.id));
  const oldest = Math.min(...rows.map((row) => Number(row.dataset.sort)));
  for (const row of $$(".chat-row", list)) {
    if (!ids.has(row.id) && (!rows.length || Number(row.dataset.sort) >= oldest)) takeAway(row.id);
  }
}

const AGAIN = 1500;
let catching = null;
let missedMore = false;

const newest = (selector) => $$(selector).map((element) => element.dataset.sort ?? "").sort().at(-1) ?? "";
const NOTHING_SHOWN = { row: "0", line: "00000000-0000-0000-0000-000000000000" };

/** What this page shows already: answers reach back to it. */
function shownSoFar() {
  const query = new URLSearchParams();
  const thread = $(".thread[data-conversation]");
  if (thread) {
    query.set("conversation", thread.dataset.conversation);
    query.set("line", newest(".thread-list > [data-message]") || NOTHING_SHOWN.line);
  }
  const list = $("#conversation-list");
  if (list?.dataset.tab) query.set("tab", list.dataset.tab);
  if (list && !isNarrowed(list)) query.set("row", newest("#conversation-list > .chat-row") || NOTHING_SHOWN.row);
  return query;
}

const isNarrowed = (list) => Boolean($("[data-search]")?.value) || list.dataset.filtered !== undefined;

/** All parts of the answer and whether the list is beyond repair; null when this page may not ask any more. */
async function missedSince(source, query) {
  let html = "";
  let isListCut = false;
  for (let rest = query.toString(); rest !== null; ) {
    const answer = await fetch(new URL(`?${rest}`, new URL(source, location.href)), { headers: { "HX-Request": "true" } });
    if (answer.status >= 500) throw new Error("not answered");
    if (!answer.ok || answer.redirected) return null;
    html += await answer.text();
    isListCut ||= answer.headers.has("X-Reload-List");
    rest = answer.headers.get("X-Rest");
  }
  return { html, isListCut };
}

/** More rows came than one page has: the list begins anew, so that nothing is left out between old and new rows. */
function reloadList() {
  const address = $("[data-list-tab][aria-current]")?.getAttribute("hx-get");
  if (address) htmx.ajax("GET", address, { target: "#conversation-list", swap: "innerHTML" });
}

/** A gap while it runs may be about newer rows than it read: it runs once more. */
async function catchUp() {
  const source = $("[data-catchup-url]");
  if (!source) return;
  missedMore = Boolean(catching);
  if (catching) return;
  const thread = $(".thread[data-conversation]");
  catching = missedSince(source.dataset.catchupUrl, shownSoFar())
    .then((found) => {
      if (found === null) return;
      upsertAll(found.html);
      if (found.isListCut) reloadList();
      else dropMissing(found.html);
    })
    .catch(() => setTimeout(catchUp, AGAIN * (0.5 + Math.random())))
    .finally(() => {
      catching = null;
    });
  await catching;
  if (missedMore) await catchUp();
  if (thread) document.dispatchEvent(new CustomEvent("live:changed", { detail: { id: thread.dataset.conversation } }));
}

document.addEventListener("live:gap", catchUp);

const { liveUrl } = document.body.dataset;
export const live = liveUrl ? new Live(liveUrl) : null;
