// Small helpers that every module shares.

export const $ = (selector, root = document) => root.querySelector(selector);
export const $$ = (selector, root = document) => [...root.querySelectorAll(selector)];

/** A text of components/strings.html; `%d` is replaced by `number`. */
export function t(key, number) {
  const text = document.getElementById("pt-strings")?.dataset[key] ?? key;
  return number === undefined ? text : text.replace("%d", String(number));
}

/** One listener on the document for all elements that match, now and later. */
export function on(event, selector, handler, options) {
  document.addEventListener(event, (happened) => {
    const target = happened.target instanceof Element ? happened.target.closest(selector) : null;
    if (target) handler(happened, target);
  }, options);
}

export function icon(name, css = "") {
  const holder = document.createElement("template");
  holder.innerHTML = '<svg aria-hidden="true"><use></use></svg>';
  const svg = holder.content.firstElementChild;
  svg.setAttribute("class", `icon ${css}`);
  svg.firstElementChild.setAttribute("href", `${document.body.dataset.sprite}#${name}`);
  return svg;
}

/** Parsed, inert elements of a fragment. */
export function elementsOf(html) {
  const holder = document.createElement("template");
  holder.innerHTML = html.trim();
  return [...holder.content.children];
}

export const csrfToken = () => $('meta[name="csrf-token"]')?.content ?? "";

/** localStorage that never throws (private windows, blocked storage). */
export const store = {
  get(key) {
    try { return localStorage.getItem(key); } catch { return null; }
  },
  set(key, value) {
    try { localStorage.setItem(key, value); } catch { /* kept for this page only */ }
  },
};
