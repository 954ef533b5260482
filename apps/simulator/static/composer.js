// Writing: text, files, samples, location, contact and voice.

import { post, upload } from "./api.js";
import { byId } from "./dom.js";
import { toast } from "./sheet.js";
import { spoken } from "./bubble.js";
import { Recorder } from "./voice.js";
import { t } from "./words.js";

const FULL_LINES = 132;

export class Composer {
  #recorder = null;
  #quoted = null;

  constructor(chat) {
    this.chat = chat;
    this.input = byId("input");
    this.#listen();
  }

  #listen() {
    byId("composer").addEventListener("submit", (event) => { event.preventDefault(); this.sendText(); });
    this.input.addEventListener("input", () => this.#fit());
    this.input.addEventListener("keydown", (event) => {
      if (event.key === "Enter" && !event.shiftKey && !event.isComposing) { event.preventDefault(); this.sendText(); }
      if (event.key === "Escape") this.quote(null);
    });
    byId("quoting-cancel").addEventListener("click", () => this.quote(null));
    byId("more").addEventListener("click", () => this.tray(byId("tray").hidden));
    byId("location").addEventListener("click", () => this.sendLocation());
    byId("contact").addEventListener("click", () => this.sendContact());
    for (const id of ["photo", "file"]) byId(id).addEventListener("change", (event) => this.#sendFile(event.target));
    for (const tile of byId("tray").querySelectorAll("[data-sample]")) tile.addEventListener("click", () => this.sendSample(tile.dataset.sample));
    byId("record").addEventListener("click", () => this.#record());
    byId("record-send").addEventListener("click", () => this.#endRecording(true));
    byId("record-cancel").addEventListener("click", () => this.#endRecording(false));
  }

  async send(type, content, contextId) {
    const quoted = contextId ?? this.#quoted?.id ?? "";
    this.quote(null);
    this.tray(false);
    try {
      const { message } = await post("/phone/send", { ...this.chat(), type, content, context_id: quoted });
      return message;
    } catch {
      toast(t("not_sent"));
      return null;
    }
  }

  async sendText(text = this.input.value.trim()) {
    if (!text) return;
    this.input.value = "";
    this.#fit();
    if (!(await this.send("text", { body: text })) && !this.input.value) {
      this.input.value = text;
      this.#fit();
    }
  }

  sendLocation(contextId) {
    return this.send("location", { latitude: -23.56148, longitude: -46.65567, name: t("place_name"), address: t("place_address") }, contextId);
  }

  sendContact(contextId) {
    const person = this.person();
    const phones = person.phone ? [{ phone: `+${person.phone}`, wa_id: person.wa_id, type: "CELL" }] : [];
    const card = { name: { formatted_name: person.name, first_name: person.name.split(" ")[0] }, phones };
    return this.send("contacts", [contextId ? { ...card, origin: "contact_request" } : card], contextId);
  }

  async sendSample(kind) {
    try {
      await this.send(kind, { id: (await post("/phone/sample", { kind })).id });
    } catch { toast(t("not_sent")); }
  }

  quote(message, business = "") {
    this.#quoted = message;
    byId("quoting").hidden = !message;
    if (!message) return;
    byId("quoting-who").textContent = message.mine ? t("you") : business;
    byId("quoting-text").textContent = message.text || spoken(`[${message.type}]`);
    this.input.focus();
  }

  tray(open) {
    byId("tray").hidden = !open;
    byId("more").setAttribute("aria-expanded", String(open));
  }

  async #sendFile(field) {
    const [file] = field.files;
    field.value = "";
    if (!file) return;
    const kind = /^(image\/(jpeg|png)|video\/mp4)$/.test(file.type) ? file.type.split("/")[0] : "document";
    try {
      const { id } = await upload(file, file.name);
      await this.send(kind, kind === "document" ? { id, filename: file.name } : { id });
    } catch { toast(t("not_sent")); }
  }

  async #record() {
    this.#recorder = new Recorder();
    try {
      await this.#recorder.start();
      this.#showRecording(true);
    } catch {
      toast(t("no_mic"));
      await this.sendSample("audio");
    }
  }

  async #endRecording(keep) {
    const blob = await this.#recorder.stop();
    this.#showRecording(false);
    if (!keep) return;
    try {
      await this.send("audio", { id: (await upload(blob, "voz.ogg")).id });
    } catch { toast(t("not_sent")); }
  }

  #showRecording(on) {
    byId("recording").hidden = !on;
    byId("compose-row").hidden = on;
    (on ? byId("record-send") : byId("record")).focus();
  }

  #fit() {
    this.input.rows = 1;
    const lines = Math.min(FULL_LINES, this.input.scrollHeight) / 22;
    this.input.rows = Math.max(1, Math.floor(lines));
    const empty = !this.input.value.trim();
    byId("send").hidden = empty;
    byId("record").hidden = !empty;
  }
}
