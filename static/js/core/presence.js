// Tells the server that somebody is at this page: at most twice a minute, at once when they return from being away.
import { $ } from "./dom.js";
import { live } from "./live.js";

const EVERY = 30000;
const QUICK = 2000;
let told = 0;

/** With what the page shows: it may be older than this socket. */
function tell() {
  told = Date.now();
  live?.send({ type: "presence", active: true, shown: $("[data-presence]")?.dataset.presence });
}

function active() {
  const pause = $("[data-presence=away]") ? QUICK : EVERY;
  if (document.visibilityState === "visible" && Date.now() - told > pause) tell();
}

for (const event of ["pointerdown", "pointermove", "keydown", "wheel", "touchstart"]) {
  document.addEventListener(event, active, { passive: true, capture: true });
}
document.addEventListener("visibilitychange", active);
document.addEventListener("live:open", tell);
tell();
