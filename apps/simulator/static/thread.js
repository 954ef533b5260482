// The open conversation: bubbles by id, day marks, typing, and scrolling that never yanks.

import { bubble } from "./bubble.js";
import { byId, el } from "./dom.js";
import { dayName, t } from "./words.js";

const NEAR = 90;

export class Thread {
  #messages = new Map();
  #unseen = 0;
  #typingTimer = 0;

  constructor(actions) {
    this.actions = actions;
    this.list = byId("thread");
    this.scroller = byId("scroll");
    this.scroller.addEventListener("scroll", () => this.#atBottom() && this.#clearUnseen());
    byId("fresh").addEventListener("click", () => this.toBottom());
  }

  open(chat, messages) {
    this.chat = chat;
    this.#messages = new Map(messages.map((message) => [message.id, message]));
    this.typing(0);
    this.draw();
    this.toBottom();
  }

  draw() {
    this.list.replaceChildren(el("li", { class: "notice" }, t("notice")), ...this.#rows());
    if (!this.#messages.size) this.list.append(this.#empty());
  }

  upsert(message) {
    const known = this.#messages.has(message.id);
    const stick = this.#atBottom();
    this.#messages.set(message.id, message);
    if (!message.mine && !known) this.typing(0);
    if (known) this.#row(message.id)?.replaceWith(bubble(message, this.chat, this.actions));
    else this.#append(message);
    this.#group();
    if (stick || (message.mine && !known)) this.toBottom();
    else if (!known) this.#countUnseen();
  }

  typing(seconds) {
    clearTimeout(this.#typingTimer);
    this.list.querySelector(".typing")?.remove();
    byId("business-line").textContent = seconds ? t("typing") : t("business_account");
    byId("business-line").classList.toggle("is-typing", Boolean(seconds));
    if (!seconds) return;
    const stick = this.#atBottom();
    this.list.append(el("li", { class: "message theirs typing", "data-testid": "typing" },
      el("div", { class: "bubble" }, el("span", { class: "visually-hidden" }, t("typing")), el("i"), el("i"), el("i"))));
    if (stick) this.toBottom();
    this.#typingTimer = setTimeout(() => this.typing(0), seconds * 1000);
  }

  toBottom() {
    this.scroller.scrollTop = this.scroller.scrollHeight;
    this.#clearUnseen();
  }

  #row(id) {
    return [...this.list.children].find((row) => row.dataset.id === id);
  }

  #rows() {
    const rows = [];
    let day = "";
    for (const message of this.#messages.values()) {
      if (dayName(message.at) !== day) rows.push(el("li", { class: "day" }, (day = dayName(message.at))));
      rows.push(bubble(message, this.chat, this.actions));
    }
    queueMicrotask(() => this.#group());
    return rows;
  }

  #append(message) {
    if (this.#messages.size === 1) return this.draw();
    const typing = this.list.querySelector(".typing");
    const row = bubble(message, this.chat, this.actions);
    row.classList.add("arriving");
    return typing ? typing.before(row) : this.list.append(row);
  }

  // The first bubble of a run has the little tail.
  #group() {
    let before = "";
    for (const row of this.list.children) {
      const side = row.classList.contains("mine") ? "mine" : row.classList.contains("theirs") ? "theirs" : "";
      row.classList.toggle("first", Boolean(side) && side !== before);
      before = side;
    }
  }

  #empty() {
    const hello = (key) => el("button", { type: "button", class: "chip", on: { click: () => this.actions.say(t(key)) } }, t(key));
    return el("li", { class: "empty" },
      el("span", { class: "avatar business huge", "aria-hidden": "true" }, this.chat.mark),
      el("strong", {}, this.chat.business), el("small", {}, this.chat.display),
      el("p", {}, t("empty")), hello("hello_1"), hello("hello_2"), hello("hello_3"));
  }

  #atBottom() {
    return this.scroller.scrollHeight - this.scroller.scrollTop - this.scroller.clientHeight < NEAR;
  }

  #countUnseen() {
    this.#unseen += 1;
    byId("fresh").hidden = false;
    byId("fresh-count").textContent = this.#unseen === 1 ? t("fresh_one") : t("fresh_many", { n: this.#unseen });
  }

  #clearUnseen() {
    this.#unseen = 0;
    byId("fresh").hidden = true;
  }
}
