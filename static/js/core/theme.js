// Light or dark: the server renders it from the cookie, so nothing flashes; a new visitor gets the device's choice.
import { csrfToken, on } from "./dom.js";

const root = document.documentElement;
const remember = (theme) => {
  document.cookie = `theme=${theme}; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
};

function show(theme) {
  root.dataset.bsTheme = theme;
  remember(theme);
}

if (!/(^|; )theme=(light|dark)/.test(document.cookie) && matchMedia("(prefers-color-scheme: dark)").matches) show("dark");

on("click", "[data-theme-toggle]", (_event, button) => {
  const theme = root.dataset.bsTheme === "dark" ? "light" : "dark";
  show(theme);
  const { themeUrl } = button.dataset;
  if (!themeUrl) return;
  const body = new URLSearchParams({ theme });
  fetch(themeUrl, { method: "POST", body, headers: { "X-CSRFToken": csrfToken(), "HX-Request": "true" } }).catch(() => {});
});
