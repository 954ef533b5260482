// Tells the server that somebody is at this page: at most twice a minute, at once when they return from being away.
import { $ } from "./dom.js";
import { live } from "./live.js";

const EVERY = 30000;
let told = 0;

function active() {
  const away = $("[data-presence=away]");
  if (document.visibilityState !== "visible" || (Date.now() - told < EVERY && !away)) return;
  if (away && Date.now() - told < 2000) return;
  told = Date.now();
  live?.send({ type: "presence", active: true });
}

for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
  document.addEventListener(event, active, { passive: true, capture: true });
}
document.addEventListener("visibilitychange", active);
