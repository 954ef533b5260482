// How many conversations wait, in the tab's title and icon.
import { $, $$ } from "../core/dom.js";

const mark = $('link[rel="icon"]');
const calm = mark?.getAttribute("href");
const MARK = /^\(\d+\+?\) /;
let title = document.title.replace(MARK, "");

function show() {
  const waiting = $$("#conversation-list > .chat-row").filter((row) => row.dataset.unread !== "0").length;
  const text = waiting ? `(${waiting}) ${title}` : title;
  if (document.title !== text) document.title = text;
  const href = waiting ? mark?.dataset.unreadHref : calm;
  if (mark && mark.getAttribute("href") !== href) mark.setAttribute("href", href);
}

// htmx sets the title of the page it fetched.
new MutationObserver(() => {
  if (MARK.test(document.title)) return;
  title = document.title;
  show();
}).observe($("title"), { childList: true });

for (const event of ["live:upsert", "live:removed", "htmx:afterSettle"]) document.addEventListener(event, show);
show();
