// What is typed and not sent is kept on the server, for each conversation and person, and comes back on any device.
import { $, csrfToken, on } from "../core/dom.js";

const WAIT = 900;
const kept = new Map(); // conversation → what the server has, as JSON
let timer;

function texts(composer) {
  const other = composer.texts ?? {};
  const shown = $("textarea", composer).value;
  return { reply: other.reply ?? "", note: other.note ?? "", [composer.dataset.mode]: shown };
}

function save(composer, keepalive = false) {
  clearTimeout(timer);
  const url = $("template[data-unsent]")?.dataset.url;
  const now = texts(composer);
  const same = JSON.stringify(now);
  if (!url || !url.includes(composer.dataset.conversation) || kept.get(composer.dataset.conversation) === same) return;
  kept.set(composer.dataset.conversation, same);
  const body = new URLSearchParams(now);
  fetch(url, { method: "POST", body, headers: { "X-CSRFToken": csrfToken() }, keepalive }).catch(() => kept.delete(composer.dataset.conversation));
}

function soon(composer) {
  clearTimeout(timer);
  timer = setTimeout(() => composer.isConnected && save(composer), WAIT);
}

on("input", "pt-composer textarea", (_event, text) => soon(text.closest("pt-composer")));
document.addEventListener("submit", (event) => {
  const composer = event.target.closest?.("pt-composer");
  if (composer) setTimeout(() => save(composer));
});
document.addEventListener("htmx:beforeSwap", (event) => {
  const composer = event.detail.target.id === "thread-pane" ? $("pt-composer") : null;
  if (composer) save(composer);
});
addEventListener("pagehide", () => {
  const composer = $("pt-composer");
  if (composer) save(composer, true);
});

/** Only into an empty composer: what this page remembers itself is newer. */
function restore() {
  const stored = $("template[data-unsent]");
  const composer = $("pt-composer");
  if (!stored || !composer?.texts || stored.dataset.done) return;
  stored.dataset.done = "1";
  const { reply, note } = stored.dataset;
  kept.set(composer.dataset.conversation, JSON.stringify({ reply, note }));
  const mine = texts(composer);
  if (mine.reply || mine.note) soon(composer); // typed before this was loaded
  if (mine.reply || mine.note || !(reply || note)) return;
  Object.assign(composer.texts, { reply, note });
  $("textarea", composer).value = composer.texts[composer.dataset.mode] ?? "";
  if (!reply && note) composer.turn?.("note");
  composer.fit?.();
  composer.format?.();
}

document.addEventListener("htmx:load", restore);
customElements.whenDefined("pt-composer").then(restore);
