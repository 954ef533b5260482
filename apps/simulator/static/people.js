// The list of people one can be, and what is known about the chosen one.

import { byId, el, icon, initials } from "./dom.js";
import { spoken } from "./bubble.js";
import { toast } from "./sheet.js";
import { hourOf, t } from "./words.js";

const TINTS = 6;

// Brazilian numbers as people write them; others as they are.
export function prettyPhone(digits) {
  const brazil = /^55(\d{2})(\d{4,5})(\d{4})$/.exec(digits);
  return brazil ? `+55 ${brazil[1]} ${brazil[2]}-${brazil[3]}` : digits ? `+${digits}` : "";
}

export const addressOf = (person) => prettyPhone(person.phone) || `@${person.username}`;

const tint = (person) => `tint-${(Number.parseInt(person.key, 10) || person.name.length) % TINTS}`;

function preview(chat) {
  if (!chat) return el("small", { class: "preview" }, t("no_chat"));
  return el("small", { class: "preview" }, chat.mine ? `${t("you")}: ` : "", spoken(chat.text));
}

function row(person, number, chosen, choose) {
  const chat = person.chats[number];
  const unread = chat?.unread ? el("span", { class: "count", role: "img", "aria-label": t("unread", { n: chat.unread }) }, String(chat.unread)) : null;
  const button = el("button", { type: "button", class: "person", "aria-current": chosen ? "true" : null, "data-testid": `customer-${person.key}`, on: { click: () => choose(person.key) } },
    el("span", { class: `avatar ${tint(person)}`, "aria-hidden": "true" }, initials(person.name)),
    el("span", { class: "person-text" },
      el("span", { class: "person-top" }, el("strong", {}, person.name), chat ? el("time", {}, hourOf(chat.at)) : null),
      el("span", { class: "person-address" }, addressOf(person), person.online ? null : el("em", {}, t("off"))),
      el("span", { class: "person-bottom" }, preview(chat), unread)));
  return el("li", {}, button);
}

export function drawPeople(state, number, chosenKey, choose) {
  const focused = document.activeElement?.dataset?.testid;
  byId("people").replaceChildren(...state.customers.map((person) => row(person, number, person.key === chosenKey, choose)));
  if (focused?.startsWith("customer-")) byId("people").querySelector(`[data-testid="${focused}"]`)?.focus();
}

function fact(name, value) {
  const copy = el("button", { type: "button", class: "quiet icon-only", "aria-label": `${t("copy")}: ${name}`, on: { click: () => navigator.clipboard?.writeText(value).then(() => toast(t("copied"))) } }, icon("copy"));
  return el("div", {}, el("dt", {}, name), el("dd", {}, el("span", {}, value), copy));
}

export function drawDetails(person) {
  byId("details-name").textContent = person.name;
  byId("details-avatar").textContent = initials(person.name);
  byId("details-avatar").className = `avatar big ${tint(person)}`;
  const facts = [
    ["fact_phone", prettyPhone(person.phone)], ["fact_wa", person.wa_id],
    ["fact_user", person.username ? `@${person.username}` : ""], ["fact_bsuid", Object.values(person.user_ids)[0] ?? ""],
  ];
  byId("facts").replaceChildren(...facts.filter(([, value]) => value).map(([name, value]) => fact(t(name), value)));
  byId("offline").checked = !person.online;
  byId("marketing").checked = Boolean(person.marketing_stopped);
}
