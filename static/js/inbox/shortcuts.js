// Single-key shortcuts. They can be switched off (WCAG 2.1.4) and never fire while one types.
import { tinykeys } from "tinykeys";
import { $, csrfToken, store } from "../core/dom.js";
import { move, resolveAndNext } from "./list.js";

const isOff = () => document.body.dataset.shortcuts === "off" || store.get("shortcuts") === "off";
const isTyping = (event) => event.target.closest?.("input, textarea, select, [contenteditable], dialog[open]");

const free = (action) => (event) => {
  if (isOff() || isTyping(event) || event.ctrlKey || event.metaKey || event.altKey || $("dialog[open]")) return;
  event.preventDefault();
  action();
};

const press = (selector) => $(selector)?.click();

tinykeys(window, {
  j: free(() => move(1)),
  k: free(() => move(-1)),
  r: free(() => $("pt-composer")?.write("reply")),
  n: free(() => $("pt-composer")?.write("note")),
  e: free(resolveAndNext),
  a: free(() => press('[data-action="assign"]')),
  z: free(() => press('[data-action="snooze"]')),
  "/": free(() => $("[data-search]")?.focus()),
  "Shift+?": free(() => $("#shortcuts-dialog")?.showModal()),
  "?": free(() => $("#shortcuts-dialog")?.showModal()),
});

const toggle = $("[data-shortcuts-switch]");
if (toggle) {
  toggle.checked = !isOff();
  toggle.addEventListener("change", () => {
    const wanted = toggle.checked ? "on" : "off";
    store.set("shortcuts", wanted);
    document.body.dataset.shortcuts = wanted;
    const { shortcutsUrl } = document.body.dataset;
    if (shortcutsUrl) fetch(shortcutsUrl, { method: "POST", body: new URLSearchParams({ wanted }), headers: { "X-CSRFToken": csrfToken() } }).catch(() => {});
  });
}
