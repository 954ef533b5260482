// A picture opens large over the page; with a modifier key the link works as any link.
import { on } from "../core/dom.js";

on("click", "a[data-lightbox]", (event, link) => {
  if (event.metaKey || event.ctrlKey || event.shiftKey) return;
  event.preventDefault();
  const dialog = document.createElement("dialog");
  const small = link.querySelector("img");
  dialog.className = "lightbox";
  dialog.setAttribute("aria-label", small.alt);
  dialog.append(Object.assign(document.createElement("img"), { src: link.href, alt: small.alt }));
  dialog.addEventListener("click", () => dialog.close());
  dialog.addEventListener("close", () => dialog.remove());
  document.body.append(dialog);
  dialog.showModal();
});
