// The bell's count: asked once the socket listens (and after a gap), pushed from then on.
import { $ } from "./dom.js";
import { upsertAll } from "./upsert.js";

document.addEventListener("live:handled", async ({ detail }) => {
  const address = $("[data-bell-url]")?.dataset.bellUrl;
  if (!address || (detail.type !== "hello" && detail.type !== "gap")) return;
  const answer = await fetch(address, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (answer?.ok && !answer.redirected) upsertAll(await answer.text());
});

// A line that is told while the list is shown fills it: the words about an empty list are not true any more.
document.addEventListener("live:upsert", (event) => {
  if (event.target.classList?.contains("notification")) $(".notification-list ~ .empty-state")?.remove();
});
