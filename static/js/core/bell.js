// The bell's count: asked once the socket listens (and after a gap), pushed from then on.
import { $ } from "./dom.js";
import { upsertAll } from "./upsert.js";

let pushed = 0;

document.addEventListener("live:handled", async ({ detail }) => {
  if (detail.id?.startsWith("notification-count")) pushed += 1;
  const address = $("[data-bell-url]")?.dataset.bellUrl;
  if (!address || (detail.type !== "hello" && detail.type !== "gap")) return;
  const before = pushed;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  const html = answer?.ok && !answer.redirected ? await answer.text() : "";
  if (html && pushed === before) upsertAll(html); // what the socket brought meanwhile is newer
});

// A line that is told while the list is shown fills it: the words about an empty list are not true any more.
document.addEventListener("live:upsert", (event) => {
  if (event.target.classList?.contains("notification")) $(".notification-list ~ .empty-state")?.remove();
});
