// The contact panel: beside the thread when there is room (and put away on demand), else a drawer over it.
import { $, on, store } from "../core/dom.js";

const wide = matchMedia("(min-width: 80rem)");
const inbox = () => $("[data-inbox]");

function toggle() {
  const root = inbox();
  if (wide.matches) {
    const isAway = root.classList.toggle("is-panel-away");
    store.set("panel-away", isAway ? "1" : "");
    return;
  }
  const isOpen = root.classList.toggle("is-panel-open");
  if (isOpen) $("#contact-panel")?.focus();
  else $(".thread-who")?.focus();
}

on("click", "[data-panel-toggle]", toggle);

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && inbox()?.classList.contains("is-panel-open")) toggle();
});

document.addEventListener("htmx:afterSwap", (event) => {
  if (event.detail.target?.id === "thread-pane") inbox()?.classList.remove("is-panel-open");
});

if (store.get("panel-away")) inbox()?.classList.add("is-panel-away");
