// Things that rise from the bottom of the phone: list options and the emoji row; and the small toast.

import { byId, el, icon } from "./dom.js";
import { t } from "./words.js";

const EMOJIS = ["👍", "❤️", "😂", "😮", "😢", "🙏"];
let opener = null;
let toastTimer = 0;

export function toast(text) {
  clearTimeout(toastTimer);
  byId("toast").textContent = text;
  byId("toast").hidden = false;
  toastTimer = setTimeout(() => { byId("toast").hidden = true; }, 3800);
}

export function closeSheet() {
  if (byId("sheet").hidden) return;
  byId("sheet").hidden = byId("shade").hidden = true;
  opener?.focus?.();
  opener = null;
}

function openSheet(title, ...content) {
  opener = document.activeElement;
  byId("toast").hidden = true;
  byId("sheet").replaceChildren(
    el("header", { class: "sheet-head" },
      el("button", { type: "button", class: "quiet icon-only", "aria-label": t("close"), on: { click: closeSheet } }, icon("close")),
      el("h3", { id: "sheet-title" }, title)),
    ...content);
  byId("sheet").hidden = byId("shade").hidden = false;
  byId("sheet").querySelector(".option, .emoji, .form-line input")?.focus();
}

function option(row, pick) {
  return el("button", { type: "button", class: "option", "data-testid": `list-row-${row.id}`, on: { click: () => pick(row) } },
    el("span", {}, el("strong", {}, row.title), row.description ? el("small", {}, row.description) : null), el("i", {}));
}

export function listSheet(message, choose) {
  const pick = (row) => {
    closeSheet();
    choose(row);
  };
  const sections = message.list.sections.map((section) =>
    el("div", { class: "section", role: "group", "aria-label": section.title || null },
      section.title ? el("h4", {}, section.title) : null, ...section.rows.map((row) => option(row, pick))));
  openSheet(message.list.label || t("open_list"), el("div", { class: "options" }, ...sections));
}

// A form of WhatsApp's own: the simulator knows what came with it, not its screens, so more answers can be added.
export function formSheet(message, send) {
  const rows = el("div", { class: "form-rows" });
  const line = (name, value) => el("div", { class: "form-line" },
    el("input", { name: "field", value: name, "aria-label": t("form_field"), placeholder: t("form_field"), autocomplete: "off" }),
    el("input", { name: "answer", value, "aria-label": t("form_answer"), placeholder: t("form_answer"), autocomplete: "off" }));
  const given = Object.entries(message.form.data).map(([name, value]) => [name, typeof value === "string" ? value : JSON.stringify(value)]);
  rows.append(...[...given, ["", ""], ["", ""]].map(([name, value]) => line(name, value)));
  const submit = (event) => {
    event.preventDefault();
    const pairs = [...rows.children].map((row) => [row.children[0].value.trim(), row.children[1].value]);
    closeSheet();
    send(Object.fromEntries(pairs.filter(([name]) => name)));
  };
  openSheet(message.form.title, el("form", { class: "form-sheet", "data-testid": "form-sheet", on: { submit } },
    el("p", { class: "form-hint" }, t("form_hint")), rows,
    el("div", { class: "form-actions" },
      el("button", { type: "button", class: "quiet", on: { click: () => rows.append(line("", "")) } }, t("form_more")),
      el("button", { type: "submit", class: "button primary", "data-testid": "form-send" }, t("form_send")))));
}

export function emojiSheet(message, choose) {
  const row = EMOJIS.map((emoji) =>
    el("button", {
      type: "button", class: "emoji", "data-testid": `emoji-${emoji}`, "aria-pressed": String(message.reaction.mine === emoji),
      on: { click: () => { closeSheet(); choose(message.reaction.mine === emoji ? "" : emoji); } },
    }, emoji));
  openSheet(t("react"), el("div", { class: "emojis" }, ...row));
}

byId("shade").addEventListener("click", closeSheet);
byId("sheet").addEventListener("keydown", (event) => {
  if (event.key === "Escape") closeSheet();
  if (event.key !== "Tab") return;
  const stops = [...byId("sheet").querySelectorAll("button, input")];
  const edge = event.shiftKey ? stops[0] : stops.at(-1);
  if (document.activeElement === edge) {
    event.preventDefault();
    (event.shiftKey ? stops.at(-1) : stops[0]).focus();
  }
});
