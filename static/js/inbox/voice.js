// Voice messages: record, throw away, listen, send. What WhatsApp plays is OGG/Opus; Chromium records WebM, so a lazy
// chunk puts the same sound into the other container.
import { $, on, t } from "../core/dom.js";
import { toast } from "../core/toasts.js";

const LONGEST = 15 * 60;
const FORMATS = ["audio/ogg;codecs=opus", "audio/webm;codecs=opus", "audio/mp4"];
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
const format = globalThis.MediaRecorder ? FORMATS.find((kind) => MediaRecorder.isTypeSupported(kind)) : undefined;
let recording = null;

class Recording {
  constructor(composer, stream) {
    this.composer = composer;
    this.stream = stream;
    this.parts = [];
    this.began = performance.now();
    this.recorder = new MediaRecorder(stream, { mimeType: format, audioBitsPerSecond: 32000 });
    this.recorder.addEventListener("dataavailable", (event) => this.parts.push(event.data));
    this.ended = new Promise((resolve) => this.recorder.addEventListener("stop", resolve, { once: true }));
    this.recorder.start(500);
    this.listen();
    this.show();
    this.timer = setInterval(() => this.tick(), 100);
  }

  get seconds() {
    return (performance.now() - this.began) / 1000;
  }

  /** How loud it is, so that one sees that the microphone hears. */
  listen() {
    this.sound = new AudioContext();
    this.ear = this.sound.createAnalyser();
    this.ear.fftSize = 512;
    this.sound.createMediaStreamSource(this.stream).connect(this.ear);
    this.wave = new Uint8Array(this.ear.fftSize);
  }

  tick() {
    this.ear.getByteTimeDomainData(this.wave);
    const loudest = this.wave.reduce((most, value) => Math.max(most, Math.abs(value - 128)), 0);
    $("[data-voice-level]", this.composer).value = Math.min(1, loudest / 64);
    $("[data-voice-clock]", this.composer).textContent = clock(this.seconds);
    if (this.seconds > LONGEST) this.stop();
  }

  show() {
    this.composer.toggleAttribute("data-recording", true);
    $("[data-voice-bar]", this.composer).hidden = false;
    $("[data-voice-live]", this.composer).hidden = false;
    $("[data-voice-listen]", this.composer).hidden = true;
    $("[data-voice-stop]", this.composer).hidden = false;
    $("[data-voice-stop]", this.composer).focus();
  }

  hush() {
    clearInterval(this.timer);
    for (const track of this.stream.getTracks()) track.stop();
    if (this.sound.state !== "closed") this.sound.close();
  }

  /** The finished file, made once: `{file, isVoice, seconds}`. */
  finish() {
    this.done ??= this.make();
    return this.done;
  }

  async make() {
    const seconds = this.seconds;
    if (this.recorder.state !== "inactive") this.recorder.stop();
    await this.ended;
    this.hush();
    const recorded = new Blob(this.parts, { type: format });
    const isOgg = format.startsWith("audio/ogg");
    const ogg = isOgg ? recorded : await import("./voice-ogg.js").then(({ toOgg }) => toOgg(recorded)).catch(() => null);
    const blob = ogg ?? recorded;
    const name = ogg ? "voz.ogg" : format.startsWith("audio/mp4") ? "voz.m4a" : "voz.webm";
    return { file: new File([blob], name, { type: ogg ? "audio/ogg" : format.split(";")[0] }), isVoice: Boolean(ogg), seconds };
  }

  async stop() {
    clearInterval(this.timer);
    const { file, seconds } = await this.finish();
    if (recording !== this) return;
    const player = $("template[data-voice-player]", this.composer).content.firstElementChild.cloneNode(true);
    this.url = URL.createObjectURL(file);
    player.dataset.src = this.url;
    player.dataset.duration = String(seconds);
    $(".voice-time", player).textContent = clock(seconds);
    const place = $("[data-voice-listen]", this.composer);
    place.replaceChildren(player);
    place.hidden = false;
    $("[data-voice-live]", this.composer).hidden = true;
    $("[data-voice-stop]", this.composer).hidden = true;
    $("[data-voice-send]", this.composer).focus();
  }

  async send() {
    const { file, isVoice } = await this.finish();
    if (recording !== this) return;
    this.leave();
    this.composer.post("", { file, caption: "", url: "" }, isVoice ? { voice: "on" } : {});
  }

  leave() {
    if (recording === this) recording = null;
    if (this.recorder.state !== "inactive") this.recorder.stop();
    this.hush();
    if (this.url) URL.revokeObjectURL(this.url);
    $("[data-voice-listen]", this.composer).replaceChildren();
    $("[data-voice-bar]", this.composer).hidden = true;
    this.composer.toggleAttribute("data-recording", false);
    this.composer.text.focus();
  }
}

async function start(composer) {
  if (recording) return;
  const wanted = { audio: { channelCount: 1, echoCancellation: true, noiseSuppression: true } };
  const stream = await navigator.mediaDevices.getUserMedia(wanted).catch((error) => error);
  if (stream instanceof Error) {
    toast({ level: "error", text: t(stream.name === "NotFoundError" ? "noMicrophone" : "microphoneRefused") });
    return;
  }
  if (!composer.isConnected || recording) {
    for (const track of stream.getTracks()) track.stop();
    return;
  }
  recording = new Recording(composer, stream);
}

/** Show the button where recording is possible at all (a secure page, a browser that can). */
export function offerVoice(composer) {
  const button = $("[data-voice-start]", composer);
  if (button) button.hidden = !(format && navigator.mediaDevices?.getUserMedia);
}

/** The composer leaves the page: nothing keeps listening. */
export function stopVoice(composer) {
  if (recording?.composer === composer) recording.leave();
}

on("click", "[data-voice-start]", (_event, button) => start(button.closest("pt-composer")));
on("click", "[data-voice-cancel]", () => recording?.leave());
on("click", "[data-voice-stop]", () => recording?.stop());
on("click", "[data-voice-send]", () => recording?.send());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && recording) recording.leave();
});
