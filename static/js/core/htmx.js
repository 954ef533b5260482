// htmx, configured for a strict content security policy, and its errors told to people.
import htmx from "htmx.org/dist/htmx.esm.js";
import { Idiomorph } from "idiomorph";
import { $, csrfToken, t } from "./dom.js";
import { toast } from "./toasts.js";

Object.assign(htmx.config, {
  allowEval: false,
  includeIndicatorStyles: false,
  allowScriptTags: false,
  historyCacheSize: 0,
  selfRequestsOnly: true,
  attributesToSettle: [],
  defaultSettleDelay: 0, // until it has settled, a new form is a plain one: it would leave the page
  responseHandling: [
    { code: "204", swap: false },
    { code: "[23]..", swap: true },
    { code: "422", swap: true },
    { code: "[45]..", swap: false, error: true },
  ],
});

// `hx-swap="morph"` keeps focus, scroll and typed text. The extension bundled with idiomorph breaks other swaps.
htmx.defineExtension("morph", {
  isInlineSwap: (style) => style === "morph" || style === "morph:innerHTML",
  handleSwap: (style, target, fragment) =>
    style.startsWith("morph") &&
    Idiomorph.morph(target, fragment.children, { morphStyle: style.endsWith("innerHTML") ? "innerHTML" : "outerHTML" }),
});

document.addEventListener("htmx:configRequest", (event) => {
  if (event.detail.verb !== "get") event.detail.headers["X-CSRFToken"] = csrfToken();
});

const SENTENCES = { 401: "loggedOut", 403: "forbidden", 404: "notFound", 413: "tooLarge", 429: "tooMany" };

/** What to tell a person about a refused request. */
export function sentenceFor(status) {
  return t(SENTENCES[status] ?? (status ? "serverFailed" : navigator.onLine ? "sendFailed" : "offline"));
}

document.addEventListener("htmx:responseError", (event) => {
  toast({ level: "error", text: sentenceFor(event.detail.xhr.status), retry: () => repeat(event.detail) });
});

document.addEventListener("htmx:sendError", (event) => {
  toast({ level: "error", text: sentenceFor(0), retry: () => repeat(event.detail) });
});

/** Only what may be asked twice is repeated by itself; a form is submitted again by its own button. */
function repeat({ elt, requestConfig }) {
  if (!elt.isConnected) return;
  if (elt instanceof HTMLFormElement) elt.requestSubmit();
  else htmx.ajax(requestConfig.verb, requestConfig.path, { source: elt, target: requestConfig.target });
}

// `HX-Redirect` to the login page arrives as a whole document when the session has ended: go there instead.
document.addEventListener("htmx:beforeSwap", (event) => {
  const { xhr, pathInfo } = event.detail;
  if (!xhr.responseURL || !pathInfo) return;
  const page = new URL(xhr.responseURL);
  if (page.pathname !== new URL(pathInfo.finalRequestPath, location.href).pathname && $("meta[name=login-path]")?.content === page.pathname) {
    event.detail.shouldSwap = false;
    location.assign(`${page.pathname}?next=${encodeURIComponent(location.pathname)}`);
  }
});

window.htmx = htmx;
export default htmx;
