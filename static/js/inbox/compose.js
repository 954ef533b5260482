// Dialogs that put a message together: counters, the file of a header, more options, one's own place, and the bubble.
import { $, $$, icon, on, t } from "../core/dom.js";
import { count } from "../core/limits.js";
import { toast } from "../core/toasts.js";
import { upsertAll } from "../core/upsert.js";

// Of the files that are chosen, by the names of their fields.
const pictures = new Map();

function prepare(form) {
  for (const url of pictures.values()) URL.revokeObjectURL(url);
  pictures.clear();
  for (const input of $$("[data-limit]", form)) count(input);
  for (const row of $$("[data-spare]", form)) row.hidden = true;
  offerRow(form);
  const here = $("[data-here]", form);
  if (here) here.hidden = !navigator.geolocation;
  const wrong = $(".has-errors input, .has-errors textarea", form);
  (wrong ?? $("input:not([type=hidden], [type=file]), textarea", form))?.focus();
}

function offerRow(form) {
  const button = $("[data-add-row]", form);
  if (button) button.hidden = !$("[data-spare][hidden]", form);
}

document.addEventListener("htmx:afterSwap", (event) => {
  const { target } = event.detail;
  if (target?.id === "modal-content") for (const form of $$("form[data-compose]", target)) prepare(form);
  if (target?.matches?.("[data-compose-preview]")) showPictures(target);
});

on("input", "[data-limit]", (_event, input) => count(input));

// Known words go into the gap one was in, else into the first empty one.
let gap = null;

on("focusin", "form[data-compose] [data-limit]", (_event, input) => {
  gap = input;
});

on("click", "[data-insert]", (_event, button) => {
  const form = button.closest("form");
  const inputs = $$("[data-limit]", form);
  const target = inputs.includes(gap) && !gap.value ? gap : (inputs.find((input) => !input.value) ?? (inputs.includes(gap) ? gap : inputs[0]));
  target.setRangeText(button.dataset.insert, target.selectionStart, target.selectionEnd, "end");
  target.focus();
  target.dispatchEvent(new Event("input", { bubbles: true }));
});

on("click", "[data-add-row]", (_event, button) => {
  const form = button.closest("form");
  const row = $("[data-spare][hidden]", form);
  if (!row) return;
  row.hidden = false;
  $("input[name^=row_]", row).focus();
  offerRow(form);
});

// Files never travel for a preview: the page shows its own copies, the header's and those of a carousel's cards.
on("change", "[data-preview-file]", (_event, input) => {
  if (pictures.has(input.name)) URL.revokeObjectURL(pictures.get(input.name));
  pictures.delete(input.name);
  if (input.files[0]) pictures.set(input.name, URL.createObjectURL(input.files[0]));
  const preview = $("[data-compose-preview]", input.closest("form"));
  if (pictures.has(input.name)) showPicture(preview, input);
  else preview.dispatchEvent(new Event("input", { bubbles: true }));
});

function showPictures(preview) {
  for (const input of $$("[data-preview-file]", preview.closest("form"))) showPicture(preview, input);
}

function showPicture(preview, input) {
  const card = input.dataset.previewFile;
  const place = $(card ? `[data-preview-card="${card}"]` : "[data-preview-media]", preview);
  const src = pictures.get(input.name);
  if (!place || !src) return;
  const file = input.files[0];
  const kind = file.type.split("/")[0];
  place.hidden = false;
  if (kind === "image") place.replaceChildren(Object.assign(document.createElement("img"), { src, alt: "" }));
  else if (kind === "video") place.replaceChildren(Object.assign(document.createElement("video"), { src, muted: true, preload: "metadata" }));
  else place.replaceChildren(icon("file-text", "icon-lg"), document.createTextNode(file.name));
}

on("click", "[data-here]", (_event, button) => {
  const input = $("[name=point]", button.closest("form"));
  button.disabled = true;
  navigator.geolocation.getCurrentPosition(
    ({ coords }) => {
      button.disabled = false;
      input.value = `${coords.latitude.toFixed(6)}, ${coords.longitude.toFixed(6)}`;
      input.dispatchEvent(new Event("input", { bubbles: true }));
    },
    () => {
      button.disabled = false;
      toast({ level: "error", text: t("placeRefused") });
    },
    { timeout: 10000 },
  );
});

document.addEventListener("htmx:xhr:progress", (event) => {
  const form = event.target.closest?.("form[data-compose]");
  const bar = form && $$("[type=file]", form).some((input) => input.files.length) ? $(".compose-progress", form) : null;
  if (!bar || !event.detail.lengthComputable || event.target !== form) return;
  bar.hidden = false;
  bar.value = event.detail.loaded / event.detail.total;
});

// What was sent: its bubble, whether this answer or the socket is faster.
document.addEventListener("htmx:afterRequest", (event) => {
  const { elt, successful, xhr, requestConfig } = event.detail;
  if (!elt.matches?.("form[data-compose]") || !successful || requestConfig?.verb !== "post") return;
  upsertAll(xhr.responseText);
});
