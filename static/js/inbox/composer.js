// <pt-composer>: reply or note, Enter sends, optimistic bubbles, quote, files with captions, the window's end.
import { $, $$, on } from "../core/dom.js";
import { live } from "../core/live.js";
import { upsert } from "../core/upsert.js";
import { Attachments, isSound, travelling } from "./attachments.js";
import { cancel, drop, find, newId, pendingOf, send, showFailure } from "./outbox.js";
import { offerVoice, stopVoice } from "./voice.js";

const TYPING = 4000;
const FORMAT = 250;
const MARKED = /([*_~`])\S[\s\S]*\1/;
const clock = new Intl.DateTimeFormat(document.documentElement.lang, { hour: "2-digit", minute: "2-digit", hour12: false });
const drafts = new Map();

class PtComposer extends HTMLElement {
  static observedAttributes = ["data-until"];

  connectedCallback() {
    if (this.form) return;
    this.form = $("form", this);
    this.text = $("textarea", this);
    this.files = new Attachments(this);
    this.texts = { reply: "", note: "" };
    this.form.addEventListener("submit", (event) => this.submit(event));
    this.text.addEventListener("keydown", (event) => this.key(event));
    this.text.addEventListener("input", () => this.typed());
    this.addEventListener("click", (event) => this.clicked(event));
    offerVoice(this);
    this.restore();
    this.show();
    this.size = new ResizeObserver(() => document.documentElement.style.setProperty("--pt-composer", `${this.offsetHeight}px`));
    this.size.observe(this);
  }

  disconnectedCallback() {
    stopVoice(this);
    this.size?.disconnect();
    this.keep();
    document.documentElement.style.setProperty("--pt-composer", "0px");
  }

  keep() {
    this.files.keepCaption();
    if (this.files.isEmpty) this.texts[this.mode] = this.text.value;
    drafts.set(this.dataset.conversation, { texts: this.texts, mode: this.mode, files: this.files.items });
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
    for (const other of $$("pt-composer")) if (other !== this) other.keep?.(); // a new pane comes before the old one goes
    const draft = drafts.get(this.dataset.conversation);
    if (draft) {
      this.texts = draft.texts;
      this.text.value = this.texts[this.mode];
      if (draft.mode !== this.mode) this.turn(draft.mode);
      if (draft.files.length && this.files.input) this.files.restore(draft.files);
    }
    for (const item of pendingOf(this.dataset.conversation)) {
      if (!document.getElementById(`m-${item.id}`)) upsert(item.bubble);
      if (item.state === "failed") showFailure(item.bubble, item.reason);
    }
    this.fit();
    this.format();
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
    this.format();
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

  /** The bubble as the customer will read it, made by the server: only while there is something to see in it. */
  format() {
    const place = $("[data-formatted]", this);
    if (!place) return;
    clearTimeout(this.formatting);
    const text = this.text.value;
    const wanted = this.mode === "reply" && (MARKED.test(text) || (!this.files.isEmpty && text.trim()));
    if (!wanted) place.replaceChildren();
    else this.formatting = setTimeout(() => place.dispatchEvent(new CustomEvent("composer:format")), FORMAT);
    this.toggleAttribute("data-words", Boolean(text.trim()) || !this.files.isEmpty);
  }

  filesChanged() {
    const words = this.files.isEmpty ? this.dataset.replyPlaceholder : this.text.dataset.captionPlaceholder;
    this.text.placeholder = words;
    this.text.setAttribute("aria-label", words);
    this.fit();
    this.format();
  }

  typed() {
    this.fit();
    this.format();
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
    if (this.classList.contains("is-ended") && this.mode === "reply") return;
    if (this.mode === "reply" && !this.files.isEmpty) {
      this.sendFiles();
      return;
    }
    const text = this.text.value.trim();
    if (!text) return;
    this.post(text, null);
    this.clear();
  }

  /** One message a file; sounds have no caption, so their words follow as a message of their own. */
  sendFiles() {
    for (const item of this.files.release()) {
      const words = item.caption.trim();
      this.post(isSound(item.file) ? "" : words, item);
      if (isSound(item.file) && words) this.post(words, null);
    }
    this.clear();
  }

  post(text, item, more = {}) {
    const id = newId();
    const replyTo = this.mode === "note" ? "" : $('[name="reply_to"]', this.form).value;
    const url = this.mode === "note" ? this.dataset.noteUrl : item ? this.dataset.uploadUrl : this.dataset.sendUrl;
    const bubble = this.bubble(id, text, item);
    upsert(bubble);
    const fields = { client_id: id, text, reply_to: replyTo, ...more };
    send({ id, conversation: this.dataset.conversation, url, fields, file: item?.file, bubble, mode: this.mode });
    this.quote(null);
  }

  bubble(id, text, item) {
    const blank = $(`template[data-bubble="${this.mode === "note" ? "note" : "out"}"]`, this);
    const line = blank.content.firstElementChild.cloneNode(true);
    line.id = `m-${id}`;
    const now = new Date();
    $('[data-slot="text"]', line).textContent = text;
    Object.assign($('[data-slot="time"]', line), { textContent: clock.format(now), dateTime: now.toISOString() });
    if (item) {
      $('[data-slot="file"]', line).append(travelling(item));
      $('[data-slot="cancel"]', line).hidden = false;
    }
    const bar = $("[data-quote-bar]", this);
    if (this.mode === "reply" && !bar.hidden) $('[data-slot="quote"]', line).append($(".quote", bar).cloneNode(true));
    return line;
  }

  clear() {
    this.text.value = "";
    this.texts[this.mode] = "";
    this.quote(null);
    this.fit();
    this.format();
    this.text.focus();
  }

  /** Put text where one writes, as if it were typed. */
  insert(text) {
    this.text.setRangeText(text, this.text.selectionStart, this.text.selectionEnd, "end");
    this.text.dispatchEvent(new Event("input", { bubbles: true }));
  }

  /** A message that failed comes back to be edited. */
  takeBack(item) {
    this.write(item.mode);
    this.text.value = item.fields.text + (this.text.value ? `\n${this.text.value}` : "");
    if (item.file) this.files.take([item.file]);
    this.fit();
    this.format();
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

on("click", "[data-cancel-upload]", (_event, button) => cancel(idOf(button)));

on("click", "[data-quote]", (_event, button) => $("pt-composer")?.quote(button.closest(".msg")));

on("click", "[data-use-answer]", (_event, button) => {
  const composer = $("pt-composer");
  composer?.write("reply");
  composer?.insert(button.dataset.useAnswer);
});
