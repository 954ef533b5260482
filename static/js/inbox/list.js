// The list of conversations: which row is open, tabs, what belongs into the list, catch-up of its state.
import htmx from "../core/htmx.js";
import { $, $$, on } from "../core/dom.js";

const list = () => $("#conversation-list");
const openId = () => $(".thread[data-conversation]")?.dataset.conversation;

export const rows = () => $$("#conversation-list > .chat-row");
export const currentRow = () => document.getElementById(`c-${openId()}`);

export function markCurrent() {
  const open = openId();
  for (const link of $$("#conversation-list .row-link")) {
    if (link.parentElement.id === `c-${open}`) link.setAttribute("aria-current", "true");
    else link.removeAttribute("aria-current");
  }
}

/** Opens the row `step` away from the open one. */
export function move(step) {
  const all = rows();
  if (!all.length) return;
  const at = all.indexOf(currentRow());
  const row = at < 0 ? all[step > 0 ? 0 : all.length - 1] : all[at + step];
  if (!row) return;
  row.scrollIntoView({ block: "nearest" });
  $(".row-link", row).click();
}

// A pushed row is shown only in the lists where it belongs.
const BELONGS = {
  mine: (row, me) => row.state !== "closed" && row.state !== "snoozed" && row.assignee === me,
  queue: (row) => row.state === "queued",
  all: (row) => row.state !== "closed" && row.state !== "snoozed",
};

document.addEventListener("live:before", (event) => {
  const row = event.detail.element;
  const shown = list();
  if (!shown || !row.classList.contains("chat-row")) return;
  const belongs = (BELONGS[shown.dataset.tab] ?? BELONGS.all)(row.dataset, shown.dataset.me);
  const isSearching = Boolean($("[data-search]")?.value) || shown.dataset.filtered !== undefined;
  if (!belongs || (isSearching && !document.getElementById(row.id))) event.preventDefault();
});

document.addEventListener("live:upsert", (event) => {
  const row = event.target;
  if (!row.matches?.(".chat-row")) return;
  $("[data-empty]", list())?.remove();
  if (event.detail.hasMoved && row.id !== `c-${openId()}`) row.classList.add("is-fresh");
  markCurrent();
});

// Slow lists show where rows will be; quick ones do not flicker.
let waiting;

document.addEventListener("htmx:beforeRequest", (event) => {
  const tab = event.detail.elt.dataset?.listTab;
  if (!tab) return;
  list().dataset.tab = tab;
  $("[data-tab-field]").value = tab;
  $("[data-search]").value = "";
  for (const link of $$("[data-list-tab]")) {
    if (link.dataset.listTab === tab) link.setAttribute("aria-current", "page");
    else link.removeAttribute("aria-current");
  }
  waiting = setTimeout(() => list().replaceChildren($("[data-skeletons]").content.cloneNode(true)), 140);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.elt.dataset?.listTab) clearTimeout(waiting);
});

document.addEventListener("htmx:beforeSwap", (event) => {
  if (event.detail.target.id === "conversation-list") clearTimeout(waiting);
});

document.addEventListener("htmx:load", markCurrent);

// Opening shows at once which row it is, before the thread has arrived.
on("click", ".row-link", (_event, link) => {
  for (const other of $$("#conversation-list [aria-current]")) other.removeAttribute("aria-current");
  link.setAttribute("aria-current", "true");
});

// A thread that takes its time shows its shape; on a phone the tap is answered at once.
let opening;

document.addEventListener("htmx:beforeRequest", (event) => {
  if (!event.detail.elt.matches?.(".row-link")) return;
  clearTimeout(opening);
  opening = setTimeout(() => $("#thread-pane").replaceChildren($("template[data-thread-skeleton]").content.cloneNode(true)), 180);
});

document.addEventListener("htmx:afterRequest", (event) => {
  if (!event.detail.elt.matches?.(".row-link")) return;
  clearTimeout(opening);
  if (!event.detail.successful && $(".thread-skeleton")) closeThread();
});

/** Back to the list: instantly, with its scroll kept; the address follows. */
export function closeThread() {
  const inbox = $("[data-inbox]");
  $("#thread-pane").replaceChildren($("template[data-no-thread]").content.cloneNode(true));
  history.pushState({ htmx: true }, "", inbox.dataset.inboxUrl);
  inbox.classList.remove("is-panel-open");
  document.documentElement.style.setProperty("--pt-composer", "0px");
  markCurrent();
}

on("click", "[data-inbox-back]", (event) => {
  if (event.metaKey || event.ctrlKey) return;
  event.preventDefault();
  const row = currentRow();
  closeThread();
  $(".row-link", row ?? list())?.focus({ preventScroll: true });
});

/** Resolve by its button; the answer is the next conversation of the list, so that there is one way to the server. */
export function resolveAndNext() {
  const form = $("[data-resolve]");
  if (!form) return;
  const all = rows();
  const at = all.indexOf(currentRow());
  const next = all[at + 1] ?? all[at - 1];
  form.elements.following.value = next?.id.slice(2) ?? "";
  $('[value="resolved"]', form).click(); // htmx takes the outcome of the button that was clicked
  form.elements.following.value = "";
}

markCurrent();
