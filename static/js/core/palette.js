// Ctrl+K (or ⌘K): conversations, contacts, pages and actions in one list.
import { tinykeys } from "tinykeys";
import { $, $$, on } from "./dom.js";

const WAIT = 120;
const dialog = $("#palette");
const input = $("[data-palette-input]", dialog);
const list = $("#palette-list");
let timer;
let asked = 0;

function open(event) {
  event.preventDefault();
  if (dialog.open) return dialog.close();
  if ($("dialog[open]")) return undefined;
  input.value = "";
  dialog.showModal();
  input.focus();
  return look();
}

async function look() {
  const turn = ++asked;
  const answer = await fetch(`${dialog.dataset.url}?q=${encodeURIComponent(input.value)}`, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected || turn !== asked) return;
  list.innerHTML = await answer.text();
  for (const item of $$("[data-press]", list)) if (!$(item.dataset.press)) item.remove();
  mark($("[role=option]", list));
}

function mark(option) {
  for (const other of $$("[role=option]", list)) other.setAttribute("aria-selected", String(other === option));
  if (option) input.setAttribute("aria-activedescendant", option.id);
  else input.removeAttribute("aria-activedescendant");
  option?.scrollIntoView({ block: "nearest" });
}

function choose(option) {
  if (!option) return;
  dialog.close();
  const { href, press } = option.dataset;
  if (press) $(press)?.click();
  else location.assign(href);
}

input.addEventListener("input", () => {
  clearTimeout(timer);
  timer = setTimeout(look, WAIT);
});

input.addEventListener("keydown", (event) => {
  const options = $$("[role=option]", list);
  const at = options.findIndex((option) => option.getAttribute("aria-selected") === "true");
  if (event.key === "Enter") choose(options[at]);
  else if (event.key === "ArrowDown" || event.key === "ArrowUp") {
    mark(options[(at + (event.key === "ArrowDown" ? 1 : -1) + options.length) % options.length]);
  } else return;
  event.preventDefault();
});

on("click", "#palette [role=option]", (_event, option) => choose(option));
tinykeys(window, { "$mod+k": open });
dialog.dataset.ready = "";
