// One message as a bubble.

import { el, formatted, icon, svg } from "./dom.js";
import { voicePlayer } from "./voice.js";
import { hourOf, t } from "./words.js";

const TICKS = { accepted: "clock", sent: "check", delivered: "checks", read: "checks", played: "checks" };
const BUTTON_ICONS = { url: "link", location: "pin", contact: "person", copy_code: "copy", otp: "copy", reply: "reply", quick_reply: "reply", flow: "list", pix: "copy", pay: "check" };

function ticks(message) {
  if (!message.mine) return null;
  const seen = message.status === "read" || message.status === "played";
  const name = t(`s_${message.status}`);
  return el("span", { class: `ticks${seen ? " seen" : ""}`, role: "img", "aria-label": name, title: name },
    icon(TICKS[message.status] ?? "check"));
}

const stamp = (message) =>
  el("span", { class: "stamp" }, el("time", {}, hourOf(message.at)), ticks(message));

function quote(message, chat) {
  if (!message.quoted) return null;
  const who = message.quoted.mine ? t("you") : chat.business;
  return el("div", { class: "quote" }, el("strong", {}, who), el("span", {}, formatted(spoken(message.quoted.text))));
}

// Summaries name the type in brackets; people read a word.
export const spoken = (text) => text.replace(/^\[(\w+)\]$/, (whole, kind) => {
  const word = t(`k_${kind}`);
  return word.startsWith("k_") ? whole : word;
});

function picture(message, actions) {
  const { media } = message;
  if (media.kind === "sticker") return el("img", { class: "sticker", src: media.url, alt: t("k_sticker"), width: 160, height: 160 });
  return el("button", { class: "picture", type: "button", "aria-label": t("open_photo"), on: { click: () => actions.enlarge(media.url) } },
    el("img", { src: media.url, alt: message.text || t("k_image"), loading: "lazy" }));
}

const size = (bytes) => (bytes > 1048576 ? `${(bytes / 1048576).toFixed(1)} MB` : `${Math.max(1, Math.round(bytes / 1024))} kB`);

function attachment(message, actions) {
  const { media } = message;
  if (!media) return null;
  if (!media.url) return el("p", { class: "gone" }, icon("block"), t("media_gone"));
  if (media.kind === "image" || media.kind === "sticker") return picture(message, actions);
  if (media.kind === "video") return el("video", { class: "film", src: media.url, controls: true, preload: "metadata", "aria-label": t("k_video") });
  if (media.kind === "audio") return voicePlayer(message, actions);
  return el("a", { class: "file", href: media.url, download: media.name || true },
    el("span", { class: "file-mark" }, icon("file")),
    el("span", { class: "file-name" }, media.name || t("k_document"), el("small", {}, `${(media.mime ?? "").split("/").pop().toUpperCase()} · ${size(media.size)}`)));
}

function place(message) {
  const { location } = message;
  if (!location) return null;
  const map = svg("svg", { class: "map", viewBox: "0 0 260 130", "aria-hidden": "true", preserveAspectRatio: "xMidYMid slice" },
    svg("rect", { class: "land", width: 260, height: 130 }), svg("path", { class: "park", d: "M150-5h70l30 60-60 24-54-30z" }),
    svg("path", { class: "water", d: "M-5 96c40-18 60 12 104 4s40-26 74-12 60 10 92-4v60H-5z" }),
    svg("path", { class: "street", d: "M-5 40 265 70M60-5 96 135M190-5l-24 140M-5 78l120-20M120-5l6 140" }),
    svg("path", { class: "avenue", d: "M-5 14 265 108" }),
    svg("path", { class: "drop", d: "M130 74s20-19 20-34a20 20 0 0 0-40 0c0 15 20 34 20 34z" }), svg("circle", { class: "hole", cx: 130, cy: 40, r: 7 }));
  const coordinates = `${Number(location.latitude).toFixed(4)}, ${Number(location.longitude).toFixed(4)}`;
  return el("div", { class: "place" }, map,
    el("p", {}, el("strong", {}, location.name || t("place")), el("small", {}, location.address || coordinates)));
}

function cards(message) {
  return message.contacts?.map((card) =>
    el("div", { class: "card" }, el("span", { class: "avatar small" }, icon("person")),
      el("p", {}, el("strong", {}, card.name), el("small", {}, card.phone)))) ?? [];
}

function body(message) {
  if (message.location || message.contacts) return null;
  const shown = message.text || (isKnown(message) ? "" : t("unsupported"));
  const last = !message.detail && !message.footer;
  return shown ? el("p", { class: "text" }, formatted(shown), last ? stamp(message) : null) : null;
}

const isKnown = (message) => Boolean(message.media || message.buttons || message.header || message.list);

const buttonTitle = (button) => button.title || { location: t("give_location"), contact: t("give_contact"), pix: t("copy_pix"), pay: t("pay") }[button.kind] || button.kind;

function actionsOf(message, actions) {
  if (message.mine || message.deleted) return null;
  const buttons = (message.buttons ?? []).map((button) =>
    el("button", { type: "button", class: "choice", "data-testid": `button-${button.id}`, on: { click: () => actions.press(message, button) } },
      icon(BUTTON_ICONS[button.kind] ?? "reply"), buttonTitle(button)));
  if (message.list) {
    buttons.push(el("button", { type: "button", class: "choice", "data-testid": "list-open", on: { click: () => actions.openList(message) } },
      icon("list"), message.list.label || t("open_list")));
  }
  return buttons.length ? el("div", { class: "choices" }, ...buttons) : null;
}

// A carousel: each card with its picture, its words and its buttons.
function carousel(message, actions) {
  if (!message.cards?.length || message.deleted) return null;
  const each = message.cards.map((card) => {
    const shown = { ...message, ...card, cards: [] };
    return el("div", { class: "slide" }, attachment(shown, actions), card.text ? el("p", { class: "text" }, formatted(card.text)) : null, actionsOf(shown, actions));
  });
  return el("div", { class: "slides", "data-testid": "cards", role: "group", tabindex: 0, "aria-label": t("cards") }, ...each);
}

function tools(message, actions) {
  if (message.deleted) return null;
  const reply = el("button", { type: "button", class: "tool", "aria-label": t("reply"), title: t("reply"), "data-testid": `reply-${message.id}`, on: { click: () => actions.quote(message) } }, icon("reply"));
  const react = message.mine ? null : el("button", { type: "button", class: "tool", "aria-label": t("react"), title: t("react"), "data-testid": `react-${message.id}`, on: { click: (event) => actions.react(message, event.currentTarget) } }, icon("smile"));
  return el("span", { class: "tools" }, react, reply);
}

function reactions(message) {
  const given = [message.reaction.mine, message.reaction.theirs].filter(Boolean);
  return given.length ? el("span", { class: "reactions", "data-testid": "reaction" }, given.join("")) : null;
}

const reais = (cents) => (cents / 100).toLocaleString("pt-BR", { style: "currency", currency: "BRL" });

// WhatsApp's card for payments: what it is for, and the total.
const charge = (message) => message.charge
  ? el("div", { class: "charge", "data-testid": "charge" }, el("span", {}, message.charge.items.join(", ")), el("strong", {}, reais(message.charge.cents)))
  : null;

function inside(message, chat, actions) {
  if (message.deleted) return [el("p", { class: "gone" }, icon("block"), t("deleted")), stamp(message)];
  const text = body(message);
  return [
    quote(message, chat),
    message.header ? el("p", { class: "heading" }, message.header) : null,
    charge(message),
    attachment(message, actions), place(message), ...cards(message), text,
    message.detail ? el("p", { class: "detail" }, message.detail) : null,
    message.footer ? el("p", { class: "footer" }, message.footer) : null,
    text?.querySelector(".stamp") ? null : stamp(message),
  ];
}

export function bubble(message, chat, actions) {
  const bare = message.media?.kind === "sticker" ? " bare" : "";
  const full = message.media && message.media.kind === "image" ? " pictured" : "";
  return el("li", { class: `message ${message.mine ? "mine" : "theirs"}${bare}${full}`, "data-id": message.id, "data-at": message.at },
    el("div", { class: "line" },
      el("div", { class: "bubble", "data-testid": "bubble", "data-status": message.status, "data-type": message.type },
        ...inside(message, chat, actions), reactions(message)),
      tools(message, actions)),
    carousel(message, actions),
    actionsOf(message, actions));
}
