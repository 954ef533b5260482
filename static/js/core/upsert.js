// Puts a server-rendered element where it belongs: replaced by id, or inserted in its container's order.
// Answers of a POST and echoes of the socket may race; both end here, so the result is the same.
import { Idiomorph } from "idiomorph";
import htmx from "./htmx.js";
import { $, elementsOf } from "./dom.js";

const RANK = { "": 0, queued: 0, sending: 1, unknown: 2, held: 3, sent: 4, failed: 4.5, delivered: 5, read: 6, played: 7 };
const rank = (element) => RANK[element.dataset.status ?? ""] ?? 0;

/** ✓ never overwrites ✓✓: an older status keeps the newer ticks that are already shown. */
function keepNewerTicks(shown, arriving) {
  if (rank(shown) < RANK.sent || rank(arriving) >= rank(shown)) return;
  arriving.dataset.status = shown.dataset.status;
  const ticks = $(".ticks", shown);
  if (ticks) $(".ticks", arriving)?.replaceWith(ticks.cloneNode(true));
}

const isStale = (shown, arriving) =>
  shown.dataset.version && arriving.dataset.version && Number(arriving.dataset.version) < Number(shown.dataset.version);

// `append` grows downwards (oldest first), `prepend` upwards (newest first).
function place(container, element) {
  const newestFirst = container.dataset.liveOrder === "prepend";
  const key = element.dataset.sort;
  const others = [...container.children].filter((other) => other !== element && other.dataset.sort !== undefined);
  const comesBefore = (other) => (newestFirst ? compare(key, other.dataset.sort) > 0 : compare(key, other.dataset.sort) < 0);
  const next = key === undefined ? null : others.find(comesBefore);
  if (next) next.before(element);
  else if (newestFirst && key === undefined) container.prepend(element);
  else container.append(element);
}

function compare(left, right) {
  const numbers = [Number(left), Number(right)];
  if (numbers.every(Number.isFinite)) return numbers[0] - numbers[1];
  return left < right ? -1 : left > right ? 1 : 0;
}

/** A moved element keeps the focus that was in it. */
function move(element) {
  const focused = element.contains(document.activeElement) ? document.activeElement : null;
  place(element.parentElement, element);
  focused?.focus({ preventScroll: true });
}

function announce(element, isNew, hasMoved = isNew) {
  element.dispatchEvent(new CustomEvent("live:upsert", { bubbles: true, detail: { isNew, hasMoved } }));
}

function replace(shown, arriving) {
  keepNewerTicks(shown, arriving);
  const moved = shown.dataset.sort !== arriving.dataset.sort;
  Idiomorph.morph(shown, arriving, { morphStyle: "outerHTML" });
  const now = document.getElementById(arriving.id);
  if (!now) return;
  if (moved && now.dataset.sort !== undefined && now.parentElement?.dataset.liveOrder) move(now);
  htmx.process(now);
  announce(now, false, moved);
}

/** `live:before` on the document may veto an element (it does not belong into the list that is shown). */
export function upsert(element, into = element.dataset.into) {
  if (element.dataset.author && element.dataset.author === document.body.dataset.me) element.classList.add("is-mine");
  const shown = document.getElementById(element.id);
  if (shown && isStale(shown, element)) return;
  const wanted = document.dispatchEvent(new CustomEvent("live:before", { cancelable: true, detail: { element } }));
  if (!wanted) {
    shown?.remove();
    return;
  }
  if (shown) {
    replace(shown, element);
    return;
  }
  const container = into ? $(into) : null;
  if (!container) return;
  place(container, element);
  htmx.process(element);
  announce(element, true);
}

/** Every element of a fragment; `<template data-remove="id">` takes one away. */
export function upsertAll(html, into) {
  for (const element of elementsOf(html)) {
    if (element.dataset.remove) document.getElementById(element.dataset.remove)?.remove();
    else if (element.id) upsert(element, element.dataset.into ?? into);
  }
}
