// <pt-audio data-src data-duration>: a voice note with a bar to seek on and a speed.
import { $, $$ } from "../core/dom.js";

const RATES = [1, 1.5, 2];
const clock = (seconds) => `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, "0")}`;
let playing = null;

class PtAudio extends HTMLElement {
  connectedCallback() {
    if (this.audio) return;
    this.audio = new Audio();
    this.audio.preload = "none";
    this.audio.src = this.dataset.src;
    this.bar = $("input", this);
    $(".voice-play", this).addEventListener("click", () => this.toggle());
    $(".voice-rate", this).addEventListener("click", (event) => this.faster(event.currentTarget));
    this.bar.addEventListener("input", () => this.seek());
    for (const event of ["timeupdate", "loadedmetadata", "seeked"]) this.audio.addEventListener(event, () => this.show());
    for (const event of ["play", "pause", "ended"]) this.audio.addEventListener(event, () => this.turn());
  }

  disconnectedCallback() {
    this.audio?.pause();
  }

  get length() {
    return Number.isFinite(this.audio.duration) ? this.audio.duration : Number(this.dataset.duration) || 0;
  }

  toggle() {
    if (this.audio.paused) this.audio.play().catch(() => this.classList.add("is-broken"));
    else this.audio.pause();
  }

  turn() {
    const isPlaying = !this.audio.paused && !this.audio.ended;
    this.classList.toggle("is-playing", isPlaying);
    if (isPlaying && playing !== this) {
      playing?.audio.pause();
      playing = this;
    }
  }

  faster(button) {
    const next = RATES[(RATES.indexOf(this.audio.playbackRate) + 1) % RATES.length];
    this.audio.playbackRate = next;
    button.setAttribute("aria-label", button.getAttribute("aria-label").replace(button.textContent, `${next}×`));
    button.textContent = `${next}×`;
  }

  seek() {
    if (this.length) this.audio.currentTime = (this.bar.value / 1000) * this.length;
  }

  show() {
    this.turn();
    const part = this.length ? this.audio.currentTime / this.length : 0;
    this.bar.value = String(Math.round(part * 1000));
    $(".voice-time", this).textContent = clock(this.audio.currentTime || this.length);
    const bars = $$("rect", this);
    bars.forEach((bar, index) => bar.classList.toggle("is-heard", index / bars.length < part));
  }
}

customElements.define("pt-audio", PtAudio);
