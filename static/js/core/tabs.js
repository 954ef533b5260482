// A row of tabs that is wider than its place begins where one is.
import { $$ } from "./dom.js";

for (const tab of $$(".section-tabs [aria-current]")) {
  const row = tab.parentElement;
  row.scrollLeft = tab.offsetLeft - row.offsetLeft - (row.clientWidth - tab.offsetWidth) / 2;
}
