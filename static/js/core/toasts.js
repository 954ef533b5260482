// Toasts: `toast({level, text, title, retry, url, label})`, the HX-Trigger "toast", Django's messages and the socket.
import { $, on, t } from "./dom.js";

const LIFE = { success: 5000, info: 7000, warning: 9000, error: 0 };

class PtToast extends HTMLElement {
  connectedCallback() {
    const level = Object.keys(LIFE).find((name) => this.classList.contains(`is-${name}`)) ?? "success";
    this.addEventListener("click", (event) => event.target.closest("[data-close]") && this.leave());
    this.addEventListener("pointerenter", () => clearTimeout(this.timer));
    this.addEventListener("pointerleave", () => this.wait(LIFE[level]));
    this.wait(this.dataset.life ? Number(this.dataset.life) : LIFE[level]);
  }

  disconnectedCallback() {
    clearTimeout(this.timer);
  }

  wait(time) {
    clearTimeout(this.timer);
    if (time) this.timer = setTimeout(() => this.leave(), time);
  }

  leave() {
    this.classList.add("is-leaving");
    setTimeout(() => this.remove(), 240);
  }
}

customElements.define("pt-toast", PtToast);

export function toast({ level = "info", text = "", title = "", url = "", label = "", retry = null, life = "" }) {
  const blank = $(`#toast-${level}`) ?? $("#toast-info");
  const region = $("#toasts");
  if (!blank || !region) return null;
  const card = blank.content.firstElementChild.cloneNode(true);
  $(".toast-text span", card).textContent = text;
  if (title) $(".toast-text", card).prepend(Object.assign(document.createElement("strong"), { textContent: title }));
  if (life !== "") card.dataset.life = String(life);
  const actions = $(".toast-actions", card);
  if (url) actions.append(Object.assign(document.createElement("a"), { href: url, textContent: label }));
  if (retry) actions.append(button(label || t("retry"), () => { card.leave(); retry(); }));
  while (region.children.length >= 4) region.firstElementChild.remove();
  region.append(card);
  return card;
}

function button(text, action) {
  const made = Object.assign(document.createElement("button"), { type: "button", textContent: text });
  made.addEventListener("click", action);
  return made;
}

// HX-Trigger: {"toast": {"level": "success", "text": "…"}}
document.addEventListener("toast", (event) => toast(event.detail ?? {}));
on("click", "[data-toast]", (event, element) => toast({ level: element.dataset.toastLevel, text: element.dataset.toast }));
