// What is typed after / (canned replies) or @ (colleagues, in a note): a list above the composer, chosen by keyboard
// or pointer. The server fills the variables, so the list is the preview.
import { $, $$, on } from "../core/dom.js";

const WAIT = 120;
const list = Object.assign(document.createElement("ul"), { id: "suggestions", className: "suggestions", hidden: true });
list.setAttribute("role", "listbox");
let found = null; // {text, from, to}: the piece of the text that a choice replaces
let timer;

const urls = () => $("template[data-unsent]")?.dataset;

/** `/word` alone at the beginning, or `@words` before the caret in a note. */
function wanted(composer, text) {
  const before = text.value.slice(0, text.selectionStart);
  const slash = /^\/([^\s/]*)$/.exec(before);
  if (slash && composer.dataset.mode === "reply") return { url: urls()?.cannedUrl, query: slash[1], from: 0, to: before.length };
  const at = /(?:^|\s)@([\p{L}]*(?: [\p{L}]*)?)$/u.exec(before);
  if (at && composer.dataset.mode === "note") {
    return { url: urls()?.colleaguesUrl, query: at[1], from: before.length - at[1].length - 1, to: before.length };
  }
  return null;
}

function close() {
  clearTimeout(timer);
  found = null;
  list.hidden = true;
  $("pt-composer textarea")?.removeAttribute("aria-activedescendant");
}

async function look(composer, text) {
  const asked = wanted(composer, text);
  if (!asked?.url) return close();
  found = asked;
  const answer = await fetch(`${asked.url}?q=${encodeURIComponent(asked.query)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected || found !== asked) return undefined;
  list.innerHTML = await answer.text();
  if (list.parentElement !== composer) composer.prepend(list);
  list.hidden = !list.children.length;
  mark(text, $('[role="option"]', list));
  return undefined;
}

function mark(text, option) {
  for (const other of $$('[role="option"]', list)) other.setAttribute("aria-selected", String(other === option));
  if (option) text.setAttribute("aria-activedescendant", option.id);
  else text.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function choose(text, option) {
  const piece = found;
  if (!piece || !option) return;
  close();
  const end = piece.from === 0 && option.dataset.insert.startsWith("@") === false ? "" : " ";
  text.setRangeText(option.dataset.insert + end, piece.from, piece.to, "end");
  text.dispatchEvent(new Event("input", { bubbles: true }));
  text.focus();
}

on("input", "pt-composer textarea", (_event, text) => {
  clearTimeout(timer);
  const composer = text.closest("pt-composer");
  if (!wanted(composer, text)) close();
  else timer = setTimeout(() => look(composer, text), WAIT);
});

// Before the composer's own keys: Enter chooses instead of sending.
on("keydown", "pt-composer textarea", (event, text) => {
  if (list.hidden) return;
  const options = $$('[role="option"]', list);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    mark(text, options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length]);
  } else if ((event.key === "Enter" || event.key === "Tab") && options[at]) choose(text, options[at]);
  else if (event.key === "Escape") close();
  else return;
  event.preventDefault();
  event.stopImmediatePropagation();
}, true);

on("pointerdown", "#suggestions [role=option]", (event, option) => {
  event.preventDefault();
  choose($("pt-composer textarea"), option);
});

on("focusout", "pt-composer textarea", () => setTimeout(close, 150));

// What was typed before this script was there.
const early = $("pt-composer textarea");
if (early?.value) look(early.closest("pt-composer"), early);
