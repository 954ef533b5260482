// Buttons that write something (a secret's name) where the cursor last was in the step's form.
import { on } from "../core/dom.js";

let last = null;

document.addEventListener("focusin", ({ target }) => {
  if (target.matches("[data-node-form] textarea, [data-node-form] input[type=text], [data-node-form] .rows-line input")) last = target;
});

on("click", "[data-insert]", (_, button) => {
  const form = button.closest("[data-node-form]");
  const field = last?.isConnected && last.form === form ? last : form.querySelector("textarea:not([hidden])");
  if (!field) return;
  field.setRangeText(button.dataset.insert, field.selectionStart, field.selectionEnd, "end");
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.focus();
});
