// `data-print`: the page as it is, on paper.
import { on } from "./dom.js";

on("click", "[data-print]", () => print());
