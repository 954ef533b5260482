// A conversation changes hands: the numbers beside the tabs, the emptied list, the tab of what one took.
import htmx from "../core/htmx.js";
import { $ } from "../core/dom.js";
import { upsertAll } from "../core/upsert.js";

const COUNT_DELAY = 250;

async function fragment(url) {
  const answer = await fetch(url, { headers: { "HX-Request": "true" } }).catch(() => null);
  return answer?.ok && !answer.redirected ? answer.text() : "";
}

// Rows are the same in every panel; the address stays in the one that is open.
document.addEventListener("htmx:beforeHistoryUpdate", (event) => {
  const update = event.detail.history;
  const id = /\/conversations\/([0-9a-f-]{36})\/$/.exec(String(update.path))?.[1];
  const inbox = $("[data-inbox]");
  if (inbox && id) update.path = `${inbox.dataset.inboxUrl}${id}/`;
});

let counting;

function count() {
  clearTimeout(counting);
  counting = setTimeout(async () => {
    const inbox = $("[data-counts-url]");
    if (inbox) upsertAll(await fragment(inbox.dataset.countsUrl));
  }, COUNT_DELAY);
}

function refillWhenEmpty() {
  const list = $("#conversation-list");
  if (!list || $(".chat-row, [data-empty], .list-more", list)) return;
  const tab = $(`[data-list-tab="${list.dataset.tab}"]`);
  if (tab) htmx.ajax("GET", tab.getAttribute("hx-get"), { target: list, swap: "innerHTML" });
}

document.addEventListener("live:handled", (event) => {
  const { type, id, into } = event.detail;
  if (into !== "#conversation-list" && !(type === "remove" && id?.startsWith("c-"))) return;
  count();
  refillWhenEmpty();
});

document.addEventListener("live:removed", refillWhenEmpty);

// After taking a conversation the list shows what one holds.
document.addEventListener("inbox:tab", (event) => {
  const wanted = event.detail.value;
  if ($("#conversation-list")?.dataset.tab === wanted) return;
  const conversation = location.href;
  const keepAddress = () => history.replaceState(history.state, "", conversation);
  document.addEventListener("htmx:pushedIntoHistory", keepAddress, { once: true });
  $(`[data-list-tab="${CSS.escape(wanted)}"]`)?.click();
});
