// The file of a message: chosen, pasted or dropped; shown before it is sent.
import { $, icon } from "../core/dom.js";

const size = new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 1 });

function sizeOf(bytes) {
  return bytes > 1048576 ? `${size.format(bytes / 1048576)} MB` : `${size.format(Math.max(1, bytes / 1024))} KB`;
}

export class Attachment {
  constructor(composer) {
    this.composer = composer;
    this.bar = $("[data-file-bar]", composer);
    this.input = $("[data-file]", composer);
    this.input?.addEventListener("change", () => this.take(this.input.files[0]));
    $("[data-file-clear]", composer).addEventListener("click", () => this.clear());
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
      this.take(event.dataTransfer.files[0]);
    });
  }

  get isAllowed() {
    return Boolean(this.input) && !this.composer.classList.contains("is-ended");
  }

  pasted(event) {
    const file = event.clipboardData.files[0];
    if (!file || !this.isAllowed || this.composer.mode !== "reply") return;
    event.preventDefault();
    this.take(file);
  }

  take(file) {
    if (!file) return;
    this.file = file;
    this.composer.write("reply");
    $("strong", this.bar).textContent = file.name;
    $("small", this.bar).textContent = sizeOf(file.size);
    $("[data-file-preview]", this.bar).replaceChildren(this.thumbnail());
    this.bar.hidden = false;
  }

  thumbnail() {
    if (this.url) URL.revokeObjectURL(this.url);
    this.url = "";
    if (!this.file.type.startsWith("image/")) return icon("file-text");
    this.url = URL.createObjectURL(this.file);
    return Object.assign(document.createElement("img"), { src: this.url, alt: "" });
  }

  /** What the bubble shows while the file travels. The picture's address stays valid for as long as the page lives. */
  picture() {
    const holder = document.createElement("div");
    holder.className = "upload";
    if (this.file.type.startsWith("image/")) {
      holder.append(Object.assign(document.createElement("img"), { src: URL.createObjectURL(this.file), alt: this.file.name }));
    } else {
      holder.append(icon("file-text"), document.createTextNode(` ${this.file.name}`));
    }
    const bar = Object.assign(document.createElement("progress"), { max: 1, value: 0 });
    bar.setAttribute("aria-label", this.file.name);
    holder.append(bar);
    return holder;
  }

  clear() {
    this.file = null;
    this.bar.hidden = true;
    if (this.input) this.input.value = "";
  }
}
