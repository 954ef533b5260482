// Building elements without markup strings: what people write is always text, never HTML.

export const byId = (id) => document.getElementById(id);

export function el(tag, attributes = {}, ...children) {
  const node = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (name === "class") node.className = value;
    else if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else node.setAttribute(name, value === true ? "" : value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

const SVG = "http://www.w3.org/2000/svg";

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export const icon = (name, extra = "") =>
  svg("svg", { class: `icon ${extra}`.trim(), "aria-hidden": "true" }, svg("use", { href: `#i-${name}` }));

export const initials = (name) =>
  name.split(/\s+/).filter((word) => /\p{L}/u.test(word)).map((word) => word[0]).filter((_, i, all) => i === 0 || i === all.length - 1)
    .join("").toUpperCase() || "?";

const MARK = /```([\s\S]+?)```|\*(?=\S)([^*\n]+?)\*|_(?=\S)([^_\n]+?)_|~(?=\S)([^~\n]+?)~|(https?:\/\/[^\s]+)/g;

// WhatsApp's own formatting: *bold*, _italic_, ~struck~, ```code```, and links.
export function formatted(text) {
  const out = document.createDocumentFragment();
  let from = 0;
  for (const match of text.matchAll(MARK)) {
    out.append(text.slice(from, match.index));
    const [whole, code, bold, italic, struck, url] = match;
    if (code) out.append(el("code", {}, code));
    else if (bold) out.append(el("strong", {}, formatted(bold)));
    else if (italic) out.append(el("em", {}, formatted(italic)));
    else if (struck) out.append(el("s", {}, formatted(struck)));
    else out.append(el("a", { href: url, target: "_blank", rel: "noopener noreferrer" }, url));
    from = match.index + whole.length;
  }
  out.append(text.slice(from));
  return out;
}
