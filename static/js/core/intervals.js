// Intervals of a day's business hours: add, remove, copy to the other weekdays.
import { $, $$, on } from "./dom.js";

const rows = (day) => $$("[data-interval]", day);
const inputs = (row) => $$("input", row);

function add(day, values = ["", ""]) {
  const row = $("template", day).content.firstElementChild.cloneNode(true);
  $(".interval-tools", day).before(row);
  inputs(row).forEach((input, index) => (input.value = values[index]));
  return row;
}

on("click", "[data-interval-add]", (_event, button) => inputs(add(button.closest("[data-intervals]")))[0].focus());

on("click", "[data-interval-remove]", (_event, button) => {
  const day = button.closest("[data-intervals]");
  if (rows(day).length > 1) button.closest("[data-interval]").remove();
  else inputs(day).forEach((input) => (input.value = ""));
  $("[data-interval-add]", day).focus();
});

on("click", "[data-copy-day]", (_event, button) => {
  const days = $$("[data-intervals]", button.closest("form"));
  const values = rows(days[0]).map((row) => inputs(row).map((input) => input.value));
  for (const day of days.slice(1, 5)) {
    rows(day).forEach((row) => row.remove());
    values.forEach((pair) => add(day, pair));
  }
});
