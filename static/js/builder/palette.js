// <pt-palette>: the kinds of steps, searched by name; dragged onto the canvas, or added by a click or Enter.
import { $, $$ } from "../core/dom.js";

const TYPE = "application/x-pytake-kind";
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

class PtPalette extends HTMLElement {
  connectedCallback() {
    const search = $("input[type=search]", this);
    search.addEventListener("input", () => this.filter(plain(search.value.trim())));
    search.addEventListener("keydown", (event) => event.key === "Enter" && this.addFirst(event));
    this.addEventListener("dragstart", (event) => event.dataTransfer.setData(TYPE, event.target.dataset.kind));
    const builder = this.closest("pt-builder");
    const canvas = $("[data-canvas]", builder);
    canvas.addEventListener("dragover", (event) => event.dataTransfer.types.includes(TYPE) && event.preventDefault());
    canvas.addEventListener("drop", (event) => this.drop(event, builder));
  }

  drop(event, builder) {
    const kind = event.dataTransfer.getData(TYPE);
    if (!kind) return;
    event.preventDefault();
    builder.add(kind, builder.flow.screenToFlowPosition({ x: event.clientX - 110, y: event.clientY - 24 }));
  }

  filter(words) {
    for (const group of $$("[data-group]", this)) {
      const kinds = $$("[data-kind]", group);
      for (const kind of kinds) kind.closest("li").hidden = !plain(`${kind.textContent} ${kind.title}`).includes(words);
      group.hidden = kinds.every((kind) => kind.closest("li").hidden);
    }
    $("[data-none]", this).hidden = $$("[data-group]", this).some((group) => !group.hidden);
  }

  addFirst(event) {
    event.preventDefault();
    $$("[data-kind]", this).find((kind) => !kind.closest("li").hidden && !kind.closest("[data-group]").hidden)?.click();
  }
}

customElements.define("pt-palette", PtPalette);
