// The bar that says the device is offline.
import { $ } from "./dom.js";

function show() {
  const bar = $("[data-offline-bar]");
  if (bar) bar.hidden = navigator.onLine;
}

addEventListener("online", show);
addEventListener("offline", show);
show();
