// `data-confirm` on links, buttons and forms (htmx or not), and `data-dialog="id"` to open a <dialog>.
import { $, on } from "./dom.js";

/** Ask in a dialog; resolves to true when the person agrees. Texts come from the element's data attributes. */
export function ask(element) {
  const dialog = $("#confirm-dialog");
  const { confirm: text, confirmTitle, confirmOk, confirmTone } = element.dataset;
  const title = $("#confirm-title");
  const ok = $("#confirm-ok");
  title.textContent = confirmTitle ?? title.dataset.default;
  $("#confirm-text").textContent = text;
  ok.textContent = confirmOk ?? ok.dataset.default;
  ok.classList.toggle("btn-danger", confirmTone === "danger");
  ok.classList.toggle("btn-primary", confirmTone !== "danger");
  dialog.returnValue = "";
  dialog.showModal();
  return new Promise((resolve) => {
    dialog.addEventListener("close", () => resolve(dialog.returnValue === "ok"), { once: true });
  });
}

document.addEventListener("htmx:confirm", (event) => {
  const element = event.detail.elt;
  if (!element.dataset?.confirm) return;
  event.preventDefault();
  ask(element).then((agreed) => agreed && event.detail.issueRequest(true));
});

const agreed = new WeakSet();
const usesHtmx = (element) => element.matches("[hx-get],[hx-post],[hx-put],[hx-patch],[hx-delete]");

function guard(event, element, again) {
  if (usesHtmx(element) || agreed.delete(element)) return;
  event.preventDefault();
  event.stopImmediatePropagation();
  ask(element).then((yes) => {
    if (!yes) return;
    agreed.add(element);
    again();
  });
}

on("submit", "form[data-confirm]", (event, form) => guard(event, form, () => form.requestSubmit(event.submitter)), true);
on("click", "a[data-confirm], button[data-confirm]", (event, element) => guard(event, element, () => element.click()), true);

on("click", "[data-dialog]", (event, opener) => {
  event.preventDefault();
  const dialog = document.getElementById(opener.dataset.dialog);
  if (dialog && !dialog.open) dialog.showModal();
});

// A click on the backdrop closes; so does a button with data-close inside.
on("click", "dialog", (event, dialog) => {
  if (event.target === dialog || event.target.closest("[data-close]")) dialog.close();
});

// The shared dialog: whatever is swapped into #modal-content opens it; an emptied one closes.
document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id !== "modal-content") return;
  const dialog = $("#modal");
  const heading = $("h1, h2", dialog);
  if (heading) dialog.setAttribute("aria-label", heading.textContent.trim());
  if (!$("#modal-content").children.length) dialog.close();
  else if (!dialog.open) dialog.showModal();
});

document.addEventListener("modal:close", () => $("#modal")?.close());
