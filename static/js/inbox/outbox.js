// What this page is sending. It outlives the thread's element, so that changing conversation loses nothing.
import { $, csrfToken, elementsOf, icon, t } from "../core/dom.js";
import { sentenceFor } from "../core/htmx.js";
import { toast } from "../core/toasts.js";
import { upsert } from "../core/upsert.js";

const items = new Map();
let line = Promise.resolve();

export function newId() {
  if (crypto.randomUUID) return crypto.randomUUID();
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6] & 0x0f) | 0x40;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

export const pendingOf = (conversation) => [...items.values()].filter((item) => item.conversation === conversation);
export const find = (id) => items.get(id);

/** `{id, conversation, url, fields, file, bubble}`: in order, one after the other; the same id may be sent again safely. */
export function send(item) {
  items.set(item.id, item);
  item.state = "waiting";
  line = line.then(() => deliver(item));
}

export function drop(id) {
  const item = items.get(id);
  items.delete(id);
  document.getElementById(`m-${id}`)?.remove();
  return item;
}

/** Stop what has not arrived yet: the request ends, so the server never has the whole file and keeps nothing. */
export function cancel(id) {
  const item = items.get(id);
  if (!item) return;
  drop(id);
  item.request?.abort();
}

async function deliver(item) {
  if (!items.has(item.id)) return;
  if (!navigator.onLine) {
    label(item, "waitingNetwork");
    return;
  }
  item.state = "sending";
  label(item, "sending");
  const answer = await post(item);
  if (!items.has(item.id)) return;
  if (answer.url && new URL(answer.url).pathname !== new URL(item.url, location.href).pathname) answer.status = 401;
  if (answer.status >= 200 && answer.status < 300) accepted(item, answer.text);
  else if (answer.status === 0 && !navigator.onLine) item.state = "waiting";
  else refused(item, answer);
}

function post(item) {
  const body = new FormData();
  for (const [name, value] of Object.entries(item.fields)) body.append(name, value);
  if (item.file) body.append("file", item.file, item.file.name);
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    item.request = request;
    request.open("POST", item.url);
    request.setRequestHeader("X-CSRFToken", csrfToken());
    request.setRequestHeader("HX-Request", "true");
    request.timeout = item.file ? 0 : 30000;
    request.upload.addEventListener("progress", (event) => progress(item, event));
    request.addEventListener("loadend", () => resolve({ status: request.status, text: request.responseText ?? "", url: request.responseURL }));
    request.send(body);
  });
}

function progress(item, event) {
  const bar = $("progress", bubbleOf(item) ?? undefined);
  if (!bar || !item.file || !event.lengthComputable) return;
  bar.value = event.loaded / event.total;
  // All of it is there: the server may store it any moment, so it is too late to take it back.
  const stop = $('[data-slot="cancel"]', bubbleOf(item));
  if (stop && event.loaded === event.total) stop.hidden = true;
}

const bubbleOf = (item) => document.getElementById(`m-${item.id}`);

function accepted(item, html) {
  items.delete(item.id);
  const elements = elementsOf(html).filter((element) => element.id);
  for (const element of elements) upsert(element);
  bubbleOf(item)?.classList.remove("is-pending");
}

/** The text stays where it is, with the reason and two ways on: send again, or edit. */
function refused(item, answer) {
  const stored = elementsOf(answer.text).find((element) => element.id === `m-${item.id}`);
  if (stored) {
    accepted(item, answer.text);
    return;
  }
  item.state = "failed";
  item.reason = reasonOf(answer);
  const bubble = bubbleOf(item);
  if (bubble) showFailure(bubble, item.reason);
  else toast({ level: "error", text: item.reason, retry: () => send(item) });
}

function reasonOf({ status, text }) {
  const said = status === 422 || status === 409 || status === 429 || status === 413 ? elementsOf(`<div>${text}</div>`)[0].textContent.trim() : "";
  return said && said.length < 400 ? said : sentenceFor(status);
}

export function showFailure(bubble, reason) {
  bubble.dataset.status = "failed";
  bubble.classList.add("is-stuck");
  bubble.classList.remove("is-pending");
  turnTicks(bubble, "failed", "alert-circle", t("notSent"));
  const stuck = $('[data-slot="stuck"]', bubble);
  if (!stuck) return;
  stuck.hidden = false;
  $("p", stuck).textContent = reason;
}

function turnTicks(bubble, status, name, words) {
  const ticks = $(".ticks", bubble);
  if (!ticks) return;
  ticks.className = `ticks ticks-${status}`;
  ticks.dataset.status = status;
  const drawn = icon(name, "icon-sm");
  drawn.removeAttribute("aria-hidden");
  drawn.setAttribute("role", "img");
  drawn.setAttribute("aria-label", words);
  ticks.replaceChildren(drawn);
}

function label(item, key) {
  const bubble = bubbleOf(item);
  if (!bubble) return;
  const stuck = $('[data-slot="stuck"]', bubble);
  if (stuck) stuck.hidden = true;
  bubble.dataset.status = "queued";
  bubble.classList.remove("is-stuck");
  bubble.classList.add("is-pending");
  turnTicks(bubble, "queued", "clock", t(key));
}

addEventListener("online", () => {
  for (const item of items.values()) if (item.state === "waiting") line = line.then(() => deliver(item));
});

addEventListener("beforeunload", (event) => {
  if (items.size) event.preventDefault();
});
