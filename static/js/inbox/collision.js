// Who else is here: the strip above the composer forgets who says nothing for a while. An answer that a colleague sent
// since one began to write asks before a second one goes out.
import { $, $$, on, t } from "../core/dom.js";
import { ask } from "../core/dialogs.js";
import { live } from "../core/live.js";

const LIFE = { here: 60000, writes: 8000 };
const EVERY = 20000;
const timers = new Map();
let answered = "";

const opened = () => $(".thread[data-conversation]")?.dataset.conversation;
const here = () => opened() && document.visibilityState === "visible" && live?.send({ type: "here", conversation: opened() });

setInterval(here, EVERY);

document.addEventListener("live:before", (event) => {
  const { element } = event.detail;
  if (element.dataset.watching === document.body.dataset.me) event.preventDefault();
});

document.addEventListener("live:upsert", (event) => {
  const shown = event.target;
  const who = shown.dataset?.watching;
  if (who) {
    if (event.detail.isNew) here(); // so that they see us too
    clearTimeout(timers.get(who));
    const isWriting = shown.classList.contains("is-writing");
    timers.set(who, setTimeout(() => document.getElementById(`w-${who}`)?.remove(), isWriting ? LIFE.writes : LIFE.here));
    return;
  }
  if (!shown.matches?.(".msg-out") || !event.detail.isNew || shown.dataset.author === document.body.dataset.me) return;
  if (!shown.dataset.author || shown.classList.contains("is-pending")) return;
  if ($("pt-composer[data-mode=reply] textarea")?.value.trim()) answered = $(".bubble-author", shown)?.textContent.trim() ?? "";
});

const clear = () => {
  answered = "";
};
document.addEventListener("htmx:afterSwap", (event) => event.detail.target?.id === "thread-pane" && clear());
on("input", "pt-composer textarea", (_event, text) => text.value.trim() || clear());

document.addEventListener("submit", async (event) => {
  const composer = event.target.closest?.("pt-composer");
  if (!composer || !answered || composer.dataset.mode !== "reply") return;
  event.preventDefault();
  event.stopImmediatePropagation();
  const question = Object.assign(document.createElement("span"), {});
  Object.assign(question.dataset, { confirm: t("answeredSince").replace("%s", answered), confirmTitle: t("answeredTitle"), confirmOk: t("answeredOk") });
  if (!(await ask(question))) return;
  clear();
  event.target.requestSubmit();
}, true);

// Colleagues of the conversation before stay there.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "thread-pane") for (const [who, timer] of timers) if (!$$(`#w-${CSS.escape(who)}`).length) clearTimeout(timer);
});
