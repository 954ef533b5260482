// How much of a limit is used while one types: `data-limit` on a field, which is the server's own.
import { $ } from "./dom.js";

/** Characters as WhatsApp counts them: an emoji is one. */
const lengthOf = (text) => [...text.replace(/\r\n/g, "\n")].length;

export function count(input) {
  const field = input.closest(".field");
  if (!field) return;
  let counter = $(".counter", field);
  if (!counter) {
    counter = Object.assign(document.createElement("span"), { className: "counter num" });
    counter.setAttribute("aria-hidden", "true");
    field.append(counter);
  }
  const [used, limit] = [lengthOf(input.value.trim()), Number(input.dataset.limit)];
  counter.textContent = `${used}/${limit}`;
  counter.classList.toggle("is-over", used > limit);
  counter.hidden = used < limit * 0.7 && limit > 100;
}
