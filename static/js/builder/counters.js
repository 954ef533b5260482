// Counters on the forms of steps, as they arrive in the drawer and while somebody types.
import { $$, on } from "../core/dom.js";
import { count } from "../core/limits.js";

const countAll = () => $$("[data-limit]").forEach(count);
on("input", "[data-limit]", (_, field) => count(field));
document.addEventListener("htmx:load", countAll);
countAll();
