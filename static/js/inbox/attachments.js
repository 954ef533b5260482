// The files of a message: chosen, pasted or dropped, several at a time; each with its caption, shown before it is sent.
import { $, icon } from "../core/dom.js";

const size = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

function sizeOf(bytes) {
  return bytes > 1048576 ? `${size.format(bytes / 1048576)} MB` : `${size.format(Math.max(1, bytes / 1024))} KB`;
}

const isPicture = (file) => file.type.startsWith("image/");
const isFilm = (file) => file.type.startsWith("video/");
export const isSound = (file) => file.type.startsWith("audio/");

export class Attachments {
  constructor(composer) {
    this.composer = composer;
    this.items = [];
    this.at = 0;
    this.tray = $("[data-tray]", composer);
    this.input = $("[data-file]", composer);
    this.input?.addEventListener("change", () => this.take(this.input.files));
    $("[data-attach]", composer)?.addEventListener("click", () => this.input.click());
    this.tray?.addEventListener("click", (event) => this.clicked(event));
    composer.text.addEventListener("paste", (event) => this.pasted(event));
    this.listenForDrops(composer.closest(".thread"));
  }

  listenForDrops(thread) {
    thread.addEventListener("dragover", (event) => {
      if (!event.dataTransfer.types.includes("Files") || !this.isAllowed) return;
      event.preventDefault();
      thread.classList.add("is-dropping");
    });
    thread.addEventListener("dragleave", (event) => {
      if (!thread.contains(event.relatedTarget)) thread.classList.remove("is-dropping");
    });
    thread.addEventListener("drop", (event) => {
      thread.classList.remove("is-dropping");
      if (!event.dataTransfer.files.length || !this.isAllowed) return;
      event.preventDefault();
      this.take(event.dataTransfer.files);
    });
  }

  get isAllowed() {
    return Boolean(this.input) && this.composer.isConnected && !this.composer.classList.contains("is-ended");
  }

  get isEmpty() {
    return this.items.length === 0;
  }

  pasted(event) {
    if (!event.clipboardData.files.length || !this.isAllowed || this.composer.mode !== "reply") return;
    event.preventDefault();
    this.take(event.clipboardData.files);
  }

  /** What is typed already becomes the caption of the first one. */
  take(files) {
    if (!files.length) return;
    this.composer.write("reply");
    this.keepCaption();
    const isFirst = this.isEmpty;
    this.items.push(...[...files].map((file) => ({ file, caption: "", url: isPicture(file) || isFilm(file) ? URL.createObjectURL(file) : "" })));
    if (isFirst) this.items[0].caption = this.composer.text.value;
    this.input.value = "";
    this.pick(isFirst ? 0 : this.items.length - files.length);
  }

  restore(items) {
    this.items = items;
    this.pick(0);
  }

  keepCaption() {
    if (this.items[this.at]) this.items[this.at].caption = this.composer.text.value;
  }

  clicked(event) {
    const place = event.target.closest(".tray-item");
    if (!place) return;
    const at = place.closest("[data-tray-list]") ? [...place.parentElement.children].indexOf(place) : this.at;
    this.keepCaption();
    if (event.target.closest("[data-tray-remove]")) this.remove(at);
    else this.pick(at);
  }

  remove(at) {
    const [gone] = this.items.splice(at, 1);
    if (gone.url) URL.revokeObjectURL(gone.url);
    if (this.isEmpty) {
      this.composer.text.value = gone.caption;
      this.show();
      this.composer.text.focus();
    } else this.pick(Math.min(this.at, this.items.length - 1));
  }

  pick(at) {
    this.at = at;
    this.composer.text.value = this.items[at].caption;
    this.show();
    this.composer.text.focus();
  }

  show() {
    this.tray.hidden = this.isEmpty;
    const list = $("[data-tray-list]", this.tray);
    list.hidden = this.items.length < 2;
    list.replaceChildren(...this.items.map((item, at) => this.place(item, at)));
    $("[data-tray-big]", this.tray).replaceChildren(...(this.isEmpty ? [] : this.big(this.items[this.at])));
    this.composer.filesChanged();
  }

  place(item, at) {
    const place = $("template[data-tray-item]", this.composer).content.firstElementChild.cloneNode(true);
    const button = $("[data-tray-pick]", place);
    button.setAttribute("aria-pressed", String(at === this.at));
    button.setAttribute("aria-label", item.file.name);
    const remove = $("[data-tray-remove]", place);
    remove.setAttribute("aria-label", `${remove.getAttribute("aria-label")}: ${item.file.name}`);
    $("[data-tray-thumb]", place).append(thumbnail(item));
    return place;
  }

  big(item) {
    const remove = $("template[data-tray-item]", this.composer).content.querySelector("[data-tray-remove]").cloneNode(true);
    const holder = Object.assign(document.createElement("div"), { className: "tray-item tray-one" });
    const name = Object.assign(document.createElement("p"), { className: "tray-name" });
    name.append(Object.assign(document.createElement("strong"), { className: "truncate", textContent: item.file.name }), sizeOf(item.file.size));
    holder.append(large(item), name, ...(this.items.length === 1 ? [remove] : []));
    return [holder];
  }

  /** All that was put together, captions included; the tray is empty afterwards. Addresses stay valid for the bubbles. */
  release() {
    this.keepCaption();
    const released = this.items;
    this.items = [];
    this.at = 0;
    this.show();
    return released;
  }
}

function thumbnail(item) {
  if (!item.url || isFilm(item.file)) return icon(isFilm(item.file) ? "video" : isSound(item.file) ? "music" : "file-text");
  return Object.assign(document.createElement("img"), { src: item.url, alt: "" });
}

function large(item) {
  if (item.url && isPicture(item.file)) return Object.assign(document.createElement("img"), { src: item.url, alt: item.file.name });
  if (item.url) return Object.assign(document.createElement("video"), { src: item.url, controls: true, preload: "metadata" });
  const mark = Object.assign(document.createElement("span"), { className: "tray-mark" });
  mark.append(thumbnail(item));
  return mark;
}

/** What the bubble shows while the file travels. */
export function travelling(item) {
  const holder = Object.assign(document.createElement("div"), { className: "upload" });
  if (item.url && isPicture(item.file)) {
    holder.append(Object.assign(document.createElement("img"), { src: item.url, alt: item.file.name }));
  } else {
    const line = Object.assign(document.createElement("p"), { className: "upload-name" });
    line.append(icon(isSound(item.file) ? "microphone" : "file-text", "icon-sm"), document.createTextNode(item.file.name));
    holder.append(line);
  }
  const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
  bar.setAttribute("aria-label", item.file.name);
  holder.append(bar);
  return holder;
}
