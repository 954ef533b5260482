// Voice notes: a small player with a waveform, and recording from the microphone.

import { byId, el, icon, svg } from "./dom.js";
import { t } from "./words.js";

const BARS = 34;
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;

// The same note always draws the same wave: its shape comes from its id.
function shape(id) {
  let seed = [...id].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) >>> 0, 7);
  return Array.from({ length: BARS }, (_, i) => {
    seed = (seed * 1664525 + 1013904223) >>> 0;
    return 4 + ((seed >>> 8) % 13) * (0.55 + 0.45 * Math.sin((i / BARS) * Math.PI));
  });
}

function wave(id) {
  return svg("svg", { class: "wave", viewBox: `0 0 ${BARS * 5} 26`, "aria-hidden": "true" },
    ...shape(id).map((height, i) => svg("rect", { x: i * 5 + 1, y: 13 - height / 2, width: 3, height, rx: 1.5 })));
}

export function voicePlayer(message, actions) {
  const audio = new Audio(message.media.url);
  audio.preload = "metadata";
  const bars = wave(message.id);
  const time = el("span", { class: "voice-time" }, "0:00");
  const button = el("button", { type: "button", class: "voice-play", "aria-label": t("play") }, icon("play"));
  const draw = () => {
    const done = audio.duration ? audio.currentTime / audio.duration : 0;
    [...bars.children].forEach((bar, i) => bar.classList.toggle("heard", i / BARS < done));
    time.textContent = clock(audio.currentTime || (Number.isFinite(audio.duration) ? audio.duration : 0));
  };
  const swap = () => {
    button.replaceChildren(icon(audio.paused ? "play" : "pause"));
    button.setAttribute("aria-label", t(audio.paused ? "play" : "pause"));
    draw();
  };
  for (const event of ["loadedmetadata", "timeupdate", "ended"]) audio.addEventListener(event, draw);
  for (const event of ["play", "pause", "ended"]) audio.addEventListener(event, swap);
  button.addEventListener("click", () => {
    if (!audio.paused) return audio.pause();
    actions.played(message);
    return audio.play().catch(() => {});
  });
  return el("div", { class: "voice" }, button, bars, time);
}

export class Recorder {
  #recorder = null;
  #stream = null;
  #timer = 0;

  async start() {
    this.#stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    const chunks = [];
    this.#recorder = new MediaRecorder(this.#stream, { mimeType: "audio/webm;codecs=opus" });
    this.#recorder.addEventListener("dataavailable", (event) => chunks.push(event.data));
    this.result = new Promise((resolve) => {
      this.#recorder.addEventListener("stop", () => resolve(new Blob(chunks, { type: "audio/webm" })), { once: true });
    });
    this.#recorder.start();
    const began = Date.now();
    this.#timer = setInterval(() => { byId("record-time").textContent = clock((Date.now() - began) / 1000); }, 200);
  }

  async stop() {
    clearInterval(this.#timer);
    byId("record-time").textContent = "0:00";
    this.#recorder.stop();
    for (const track of this.#stream.getTracks()) track.stop();
    return this.result;
  }
}
