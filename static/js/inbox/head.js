// Agent, queue or state of the open conversation changed: its head, composer and panel are fetched as this viewer sees
// them. What is being typed stays.
import { Idiomorph } from "idiomorph";
import htmx from "../core/htmx.js";
import { $ } from "../core/dom.js";
import { upsert } from "../core/upsert.js";

const PARTS = [".thread-head", "#contact-panel"];

/** Composers of the same kind keep their element, hence draft and focus. */
function kindOf(bar) {
  const offers = ["[data-file]", "[data-mode-tab]", "[data-testid=pull]"].map((part) => bar?.querySelectorAll(part).length);
  return `${bar?.className.replace("is-ended", "").trim()} ${offers}`;
}

function adopt(page) {
  for (const part of PARTS) {
    const [shown, fresh] = [$(part), $(part, page)];
    if (shown && $(".panel-form", shown)) continue; // the contact is being corrected
    if (shown && fresh) Idiomorph.morph(shown, fresh, { morphStyle: "outerHTML" });
    if ($(part)) htmx.process($(part));
  }
  const [shown, fresh] = [$(".thread [data-composer-bar]"), $("[data-composer-bar]", page)];
  if (!shown || !fresh) return;
  if (kindOf(shown) === kindOf(fresh)) {
    if (fresh.dataset.until !== undefined) shown.dataset.until = fresh.dataset.until;
    return;
  }
  shown.replaceWith(fresh);
  htmx.process(fresh);
}

async function refresh(id) {
  const thread = $(`.thread[data-conversation="${CSS.escape(id)}"]`);
  if (!thread) return;
  const answer = await fetch(thread.dataset.url, { headers: { "HX-Request": "true" } }).catch(() => null);
  if (!answer?.ok || answer.redirected || !thread.isConnected) return;
  const page = document.createElement("template");
  page.innerHTML = await answer.text();
  const fresh = $(".thread", page.content);
  if (fresh?.dataset.conversation !== id) return;
  thread.dataset.state = fresh.dataset.state;
  adopt(page.content);
  for (const line of page.content.querySelectorAll(".thread-list > [data-direction]")) upsert(line);
}

document.addEventListener("live:changed", (event) => refresh(event.detail.id));
