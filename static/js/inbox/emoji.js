// <pt-emoji popover>: a grid by groups, search by word, arrow keys, the ones used last first.
import { $, $$, store } from "../core/dom.js";

const RECENT = "emoji-recent";
const KEPT = 24;
const FACES = ["😀", "👋", "🐻", "🍔", "🚗", "⚽", "💡", "💟", "🏁"];
const isPortuguese = document.documentElement.lang.toLowerCase().startsWith("pt");
const plain = (text) => text.normalize("NFD").replace(/\p{Diacritic}/gu, "").toLowerCase();
const recents = () => (store.get(RECENT) ?? "").split(" ").filter(Boolean);

class PtEmoji extends HTMLElement {
  connectedCallback() {
    if (this.grid) return;
    this.grid = $("[data-emoji-grid]", this);
    this.search = $("[data-emoji-search]", this);
    this.addEventListener("beforetoggle", () => { this.search.value = ""; }); // `toggle` comes later, when somebody may have typed
    this.addEventListener("toggle", (event) => event.newState === "open" && this.open());
    this.search.addEventListener("input", () => this.draw());
    this.addEventListener("click", (event) => this.clicked(event));
    this.addEventListener("keydown", (event) => this.key(event));
  }

  async open() {
    const composer = this.closest("pt-composer").getBoundingClientRect();
    this.style.setProperty("--emoji-left", `${Math.max(12, composer.left + 12)}px`);
    if (matchMedia("(hover: hover)").matches) this.search.focus();
    this.groups ??= (await (isPortuguese ? import("virtual:emoji-pt") : import("virtual:emoji-en"))).default;
    this.draw();
  }

  draw() {
    if (!this.groups) return;
    const words = plain(this.search.value).split(/\s+/).filter(Boolean);
    const groups = this.groups.map((group) => ({ name: group.name, rows: group.emoji.filter(([, said]) => words.every((word) => plain(said).includes(word))) }));
    const recent = words.length ? [] : recents();
    const parts = groups.filter((group) => group.rows.length).map((group) => section(group.name, group.rows));
    if (recent.length) parts.unshift(section("", recent.map((emoji) => [emoji, this.nameOf(emoji)])));
    if (!parts.length) parts.push(Object.assign(document.createElement("p"), { className: "emoji-wait", textContent: this.dataset.none }));
    this.grid.replaceChildren(...parts);
    this.grid.scrollTop = 0;
    $("[data-emoji-tabs]", this).replaceChildren(...(words.length ? [] : this.groups.map((group, at) => tab(group.name, at))));
    const first = $("button", this.grid);
    if (first) first.tabIndex = 0;
  }

  nameOf(emoji) {
    for (const group of this.groups) for (const [one, said] of group.emoji) if (one === emoji) return said;
    return emoji;
  }

  clicked(event) {
    const button = event.target.closest("button");
    if (button?.dataset.group) $(`[data-emoji-group="${CSS.escape(button.dataset.group)}"]`, this.grid)?.scrollIntoView({ block: "start" });
    else if (button) this.choose(button.textContent, event.shiftKey);
  }

  choose(emoji, more) {
    store.set(RECENT, [emoji, ...recents().filter((one) => one !== emoji)].slice(0, KEPT).join(" "));
    this.closest("pt-composer").insert(emoji);
    if (more) return;
    this.hidePopover();
    this.closest("pt-composer").text.focus();
  }

  key(event) {
    const buttons = $$("button", this.grid);
    const at = buttons.indexOf(document.activeElement);
    if (event.key === "Enter" && event.target === this.search) {
      event.preventDefault();
      if (buttons.length) this.choose(buttons[0].textContent, event.shiftKey);
    } else if (event.key === "ArrowDown" && at < 0 && buttons.length) {
      event.preventDefault();
      buttons[0].focus();
    } else if (at >= 0) this.walk(event, buttons, at);
  }

  walk(event, buttons, at) {
    const columns = Math.max(1, Math.floor(this.grid.clientWidth / buttons[0].offsetWidth));
    const step = { ArrowRight: 1, ArrowLeft: -1, ArrowDown: columns, ArrowUp: -columns }[event.key];
    if (!step) return;
    event.preventDefault();
    if (at + step < 0) this.search.focus();
    else buttons[Math.min(buttons.length - 1, at + step)].focus();
  }
}

function section(name, rows) {
  const part = document.createElement("section");
  part.dataset.emojiGroup = name;
  part.className = "emoji-group";
  if (name) part.append(Object.assign(document.createElement("h3"), { textContent: name }));
  const list = Object.assign(document.createElement("div"), { className: "emoji-rows" });
  list.append(...rows.map(([emoji, said]) => {
    const label = said.split("|")[0];
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: emoji, title: label, tabIndex: -1 });
    button.setAttribute("aria-label", label);
    return button;
  }));
  part.append(list);
  return part;
}

function tab(name, at) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: FACES[at], title: name });
  button.dataset.group = name;
  button.setAttribute("aria-label", name);
  return button;
}

customElements.define("pt-emoji", PtEmoji);
