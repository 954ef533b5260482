// <pt-composer>: reply or note, Enter sends, optimistic bubbles, quote, one file with a caption, the window's end.
import { $, on } from "../core/dom.js";
import { live } from "../core/live.js";
import { upsert } from "../core/upsert.js";
import { Attachment } from "./attachment.js";
import { drop, find, newId, pendingOf, send, showFailure } from "./outbox.js";

const TYPING = 4000;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
const drafts = new Map();

class PtComposer extends HTMLElement {
  static observedAttributes = ["data-until"];

  connectedCallback() {
    if (this.form) return;
    this.form = $("form", this);
    this.text = $("textarea", this);
    this.attachment = new Attachment(this);
    this.texts = { reply: "", note: "" };
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("input", () => this.typed());
    this.addEventListener("click", (event) => this.clicked(event));
    this.restore();
    this.show();
    this.size = new ResizeObserver(() => document.documentElement.style.setProperty("--pt-composer", `${this.offsetHeight}px`));
    this.size.observe(this);
  }

  disconnectedCallback() {
    this.size?.disconnect();
    this.texts[this.mode] = this.text.value;
    drafts.set(this.dataset.conversation, { texts: this.texts, mode: this.mode });
    document.documentElement.style.setProperty("--pt-composer", "0px");
  }

  attributeChangedCallback() {
    if (this.form) this.show();
  }

  get mode() {
    return this.dataset.mode;
  }

  get canReply() {
    return this.dataset.until !== undefined;
  }

  /** What was typed here before, and what is still on its way. */
  restore() {
    const draft = drafts.get(this.dataset.conversation);
    if (draft) {
      this.texts = draft.texts;
      this.text.value = this.texts[this.mode];
      if (draft.mode !== this.mode) this.turn(draft.mode);
    }
    for (const item of pendingOf(this.dataset.conversation)) {
      if (!document.getElementById(`m-${item.id}`)) upsert(item.bubble);
      if (item.state === "failed") showFailure(item.bubble, item.reason);
    }
    this.fit();
    if (matchMedia("(hover: hover)").matches) this.text.focus({ preventScroll: true });
  }

  /** The window's end hides the reply box and says what can be done. */
  show() {
    const isOver = this.canReply && !(new Date(this.dataset.until).getTime() > Date.now());
    this.classList.toggle("is-ended", isOver);
    const notice = $("[data-window-ended]", this);
    if (notice) notice.hidden = !isOver || this.mode !== "reply";
  }

  turn(mode) {
    if (mode === this.mode || !$(`[data-mode-tab="${mode}"]`, this)) return;
    this.texts[this.mode] = this.text.value;
    this.dataset.mode = mode;
    this.text.value = this.texts[mode];
    const words = mode === "note" ? this.dataset.notePlaceholder : this.dataset.replyPlaceholder;
    this.text.placeholder = words;
    this.text.setAttribute("aria-label", words);
    this.form.action = mode === "note" ? this.dataset.noteUrl : this.dataset.sendUrl;
    for (const tab of this.querySelectorAll("[data-mode-tab]")) tab.setAttribute("aria-pressed", String(tab.dataset.modeTab === mode));
    this.show();
    this.fit();
  }

  /** For shortcuts: turn and take the focus. */
  write(mode) {
    this.turn(mode);
    this.text.focus();
  }

  fit() {
    if (CSS.supports("field-sizing", "content")) return;
    this.text.style.height = "auto";
    this.text.style.height = `${this.text.scrollHeight + 2}px`;
  }

  typed() {
    this.fit();
    this.complain("");
    if (this.mode !== "reply" || Date.now() - (this.toldAt ?? 0) < TYPING || !this.text.value) return;
    this.toldAt = Date.now();
    live?.send({ type: "typing", conversation: this.dataset.conversation });
  }

  key(event) {
    if (event.key === "Escape") {
      this.quote(null);
      this.text.blur();
    }
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || matchMedia("(pointer: coarse)").matches) return;
    event.preventDefault();
    this.form.requestSubmit();
  }

  clicked(event) {
    const tab = event.target.closest("[data-mode-tab]");
    if (tab) this.write(tab.dataset.modeTab);
    if (event.target.closest("[data-quote-clear]")) this.quote(null);
  }

  complain(sentence) {
    const place = $("[data-composer-error]", this);
    place.textContent = sentence;
    place.hidden = !sentence;
  }

  quote(line) {
    const bar = $("[data-quote-bar]", this);
    $('[name="reply_to"]', this.form).value = line?.dataset.message ?? "";
    bar.hidden = !line;
    if (!line) return;
    this.write("reply");
    const name = line.dataset.direction === "in" ? $(".thread-who strong")?.textContent : $(".visually-hidden", line)?.textContent.replace(/:$/, "");
    $("strong", bar).textContent = name ?? "";
    $(".quote-text", bar).textContent = ($(".bubble-text", line)?.textContent ?? $(".document-text strong", line)?.textContent ?? "…").trim();
  }

  submit(event) {
    event.preventDefault();
    const text = this.text.value.trim();
    const file = this.mode === "reply" ? this.attachment.file : null;
    if ((!text && !file) || (this.classList.contains("is-ended") && this.mode === "reply")) return;
    const id = newId();
    const replyTo = $('[name="reply_to"]', this.form).value;
    const url = this.mode === "note" ? this.dataset.noteUrl : file ? this.dataset.uploadUrl : this.dataset.sendUrl;
    const fields = { client_id: id, text, reply_to: this.mode === "note" ? "" : replyTo };
    const bubble = this.bubble(id, text, file);
    upsert(bubble);
    send({ id, conversation: this.dataset.conversation, url, fields, file, bubble, mode: this.mode });
    this.clear();
  }

  bubble(id, text, file) {
    const blank = $(`template[data-bubble="${this.mode === "note" ? "note" : "out"}"]`, this);
    const line = blank.content.firstElementChild.cloneNode(true);
    line.id = `m-${id}`;
    const now = new Date();
    $('[data-slot="text"]', line).textContent = text;
    Object.assign($('[data-slot="time"]', line), { textContent: clock.format(now), dateTime: now.toISOString() });
    if (file) $('[data-slot="file"]', line).append(this.attachment.picture());
    const bar = $("[data-quote-bar]", this);
    if (this.mode === "reply" && !bar.hidden) $('[data-slot="quote"]', line).append($(".quote", bar).cloneNode(true));
    return line;
  }

  clear() {
    this.text.value = "";
    this.texts[this.mode] = "";
    this.attachment.clear();
    this.quote(null);
    this.fit();
    this.text.focus();
  }

  /** A message that failed comes back to be edited. */
  takeBack(item) {
    this.write(item.mode);
    this.text.value = item.fields.text + (this.text.value ? `\n${this.text.value}` : "");
    if (item.file) this.attachment.take(item.file);
    this.fit();
  }
}

customElements.define("pt-composer", PtComposer);

const idOf = (element) => element.closest(".msg").id.slice(2);

on("click", "[data-send-again]", (_event, button) => {
  const item = find(idOf(button));
  if (item) send(item);
});

on("click", "[data-take-back]", (_event, button) => {
  const item = drop(idOf(button));
  if (item) $("pt-composer")?.takeBack(item);
});

on("click", "[data-quote]", (_event, button) => $("pt-composer")?.quote(button.closest(".msg")));
