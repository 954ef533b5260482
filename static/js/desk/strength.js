// <pt-strength data-for="id of the input">: the rules as they are met, and how long a guesser would need (zxcvbn).
// The dictionaries are a chunk of their own, fetched when one begins to type. Nothing leaves the page.
import { $, $$ } from "../core/dom.js";

const RULES = { length: (text) => text.length >= 8, upper: (text) => /\p{Lu}/u.test(text), digit: (text) => /\d/.test(text) };
let loading;

function estimator() {
  loading ??= Promise.all([import("@zxcvbn-ts/core"), import("@zxcvbn-ts/language-common"), import("@zxcvbn-ts/language-pt-br")]).then(
    ([core, common, portuguese]) =>
      new core.ZxcvbnFactory({
        dictionary: { ...common.dictionary, ...portuguese.dictionary },
        graphs: common.adjacencyGraphs,
        translations: portuguese.translations,
      }),
  );
  return loading;
}

function bar() {
  const made = Object.assign(document.createElement("div"), { className: "strength-bar" });
  made.append(...[1, 2, 3, 4].map(() => document.createElement("span")));
  return made;
}

class PtStrength extends HTMLElement {
  connectedCallback() {
    if (this.input) return; // moved below its field
    this.input = document.getElementById(this.dataset.for);
    this.input?.closest(".field")?.append(this);
    if (!$(".strength-bar", this)) this.prepend(bar());
    this.input?.addEventListener("focus", () => estimator().catch(() => {}), { once: true });
    this.input?.addEventListener("input", () => this.judge());
  }

  async judge() {
    const text = this.input.value;
    this.hidden = !text;
    for (const [name, isMet] of Object.entries(RULES)) $(`[data-rule="${name}"]`, this).classList.toggle("is-met", isMet(text));
    const judge = await estimator().catch(() => null);
    if (!judge || text !== this.input.value || !text) return;
    const known = $$('input[type="text"], input[type="email"]').map((field) => field.value).filter(Boolean);
    const meetsAll = Object.values(RULES).every((isMet) => isMet(text));
    const score = Math.min(judge.check(text.slice(0, 100), known).score, meetsAll ? 4 : 1);
    $(".strength-bar", this).dataset.score = String(score);
    $("[data-word]", this).textContent = this.dataset.words.split("|")[score];
  }
}

customElements.define("pt-strength", PtStrength);
