// <pt-rows>: a list of rows (buttons, comparisons, headers) as inputs; the hidden textarea holds it as JSON.
import { $, icon } from "../core/dom.js";
import { w } from "./words.js";

const make = (tag, attributes) => Object.assign(document.createElement(tag), attributes);

class PtRows extends HTMLElement {
  connectedCallback() {
    if (this.box) return;
    this.area = $("textarea", this);
    this.columns = JSON.parse(this.dataset.columns);
    this.rows = this.read();
    this.area.hidden = true;
    this.box = make("div", { className: "rows" });
    const label = $("label", this);
    label.id ||= `${this.area.id}_label`;
    label.removeAttribute("for");
    this.box.setAttribute("role", "group");
    this.box.setAttribute("aria-labelledby", label.id);
    this.area.after(this.box);
    if (!this.rows.length && this.area.required) this.rows.push({});
    this.draw();
  }

  read() {
    try {
      const found = JSON.parse(this.area.value || "[]");
      return Array.isArray(found) ? found : [];
    } catch { return []; }
  }

  write() { this.area.value = JSON.stringify(this.rows); }

  draw() {
    this.box.replaceChildren(...this.rows.map((row, index) => this.line(row, index)));
    if (this.rows.length < Number(this.area.dataset.most)) this.box.append(this.adder());
    this.write();
  }

  line(row, index) {
    const line = make("div", { className: "rows-line" });
    line.append(...this.columns.map((column) => this.cell(column, row, index)));
    const gone = make("button", { type: "button", className: "icon-button", title: w("removeRow") });
    gone.setAttribute("aria-label", `${w("removeRow")} ${index + 1}`);
    gone.append(icon("x", "icon-sm"));
    gone.addEventListener("click", () => this.drop(index));
    line.append(gone);
    return line;
  }

  drop(index) {
    this.rows.splice(index, 1);
    this.draw();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
    ($("input, select", this.box) ?? $("button", this.box))?.focus();
  }

  cell(column, row, index) {
    const field = column.choices.length ? this.select(column) : make("input", { className: "form-control", maxLength: column.limit, placeholder: column.label });
    field.setAttribute("aria-label", `${column.label} ${index + 1}`);
    field.value = row[column.name] ?? column.choices[0]?.[0] ?? "";
    if (column.choices.length) row[column.name] = field.value;
    field.addEventListener("input", () => { row[column.name] = field.value; this.write(); });
    return field;
  }

  select(column) {
    const select = make("select", { className: "form-select" });
    select.append(...column.choices.map(([value, label]) => make("option", { value, textContent: label })));
    return select;
  }

  adder() {
    const button = make("button", { type: "button", className: "btn btn-sm", textContent: w("addRow") });
    button.addEventListener("click", () => {
      this.rows.push({});
      this.draw();
      $(".rows-line:last-of-type input, .rows-line:last-of-type select", this.box)?.focus();
    });
    return button;
  }
}

customElements.define("pt-rows", PtRows);
