// Menus are <details class="menu">: one open at a time, closed by Escape, by a click elsewhere and by choosing.
import { $$, on } from "./dom.js";

const open = () => $$("details.menu[open]");

document.addEventListener("click", (event) => {
  for (const menu of open()) {
    const chosen = event.target.closest(".menu-panel a, .menu-panel [data-menu-close], .menu-panel button");
    if (!menu.contains(event.target) || (chosen && menu.contains(chosen) && !chosen.matches("[data-menu-keep]"))) menu.open = false;
  }
});

document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  for (const menu of open()) {
    menu.open = false;
    menu.querySelector("summary").focus();
  }
});

on("keydown", "details.menu[open]", (event, menu) => {
  if (event.key !== "ArrowDown" && event.key !== "ArrowUp") return;
  const items = $$(".menu-panel a, .menu-panel button", menu).filter((item) => item.offsetParent);
  if (!items.length || event.target.matches("input, textarea, select")) return;
  event.preventDefault();
  const at = items.indexOf(document.activeElement);
  const step = event.key === "ArrowDown" ? 1 : -1;
  items[(at + step + items.length) % items.length].focus();
});
