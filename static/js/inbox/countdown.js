// <pt-countdown data-until="ISO" [data-compact]>: what is left of the 24-hour window; amber under two hours.
import { $, $$, t } from "../core/dom.js";

const SOON = 2 * 3600 * 1000;

export function remaining(until, now = Date.now()) {
  const minutes = Math.floor((new Date(until).getTime() - now) / 60000);
  if (!Number.isFinite(minutes) || minutes < 0) return "";
  const rest = minutes % 60;
  return minutes >= 60 ? `${Math.floor(minutes / 60)}h ${String(rest).padStart(2, "0")}m` : `${rest}m`;
}

class PtCountdown extends HTMLElement {
  static observedAttributes = ["data-until"];

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  show() {
    const left = new Date(this.dataset.until).getTime() - Date.now();
    this.classList.toggle("is-over", !(left > 0));
    this.classList.toggle("is-soon", left > 0 && left < SOON);
    const text = $("[data-left]", this);
    const words = left > 0 ? remaining(this.dataset.until) : t("windowEnded");
    if (text && text.textContent !== words) text.textContent = words;
  }
}

customElements.define("pt-countdown", PtCountdown);

setInterval(() => {
  for (const element of $$("pt-countdown, pt-composer")) element.show?.();
}, 10000);
