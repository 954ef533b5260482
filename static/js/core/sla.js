// <pt-sla data-until="ISO">: what is left until a promise is due, "+3m" after it; red as soon as it has passed.
import { $, $$ } from "./dom.js";

export function left(until, now = Date.now()) {
  const gap = new Date(until).getTime() - now;
  const minutes = Math.floor(Math.abs(gap) / 60000);
  const [days, hours, rest] = [Math.floor(minutes / 1440), Math.floor(minutes / 60) % 24, minutes % 60];
  const sign = gap < 0 ? "+" : "";
  if (days) return `${sign}${days}d ${hours}h`;
  return hours ? `${sign}${hours}h ${String(rest).padStart(2, "0")}m` : `${sign}${rest}m`;
}

class PtSla extends HTMLElement {
  static observedAttributes = ["data-until"];

  connectedCallback() {
    this.show();
  }

  attributeChangedCallback() {
    if (this.isConnected) this.show();
  }

  show() {
    const words = left(this.dataset.until);
    this.classList.toggle("sla-breached", words.startsWith("+") || this.dataset.state === "breached");
    const text = $("[data-left]", this);
    if (text && text.textContent !== words) text.textContent = words;
  }
}

customElements.define("pt-sla", PtSla);

// One clock for all badges of the page.
setInterval(() => {
  for (const element of $$("pt-sla")) element.show();
}, 5000);
