// How nodes and comments look on the canvas.
import { createElement as h, memo } from "react";
import { Handle, NodeResizer, Position } from "@xyflow/react";
import { w } from "./words.js";

const sprite = document.body.dataset.sprite;
const Icon = ({ icon: name, css = "icon-sm" }) => h("svg", { className: `icon ${css}`, "aria-hidden": true }, h("use", { href: `${sprite}#${name}` }));

function Counters({ figures }) {
  if (!figures) return null;
  return h("footer", { className: "bn-stats" },
    h("span", { title: w("visits") }, h(Icon, { icon: "users" }), figures.visits),
    figures.stopped ? h("span", { className: "bn-dropped", title: w("dropped") }, h(Icon, { icon: "door-exit" }), figures.stopped) : null,
    figures.time ? h("span", { title: w("meanTime") }, h(Icon, { icon: "clock" }), figures.time) : null);
}

const Port = ({ port, count }) => h("li", { className: "bn-port" },
  h("span", null, port.label),
  count ? h("small", null, count) : null,
  h(Handle, { type: "source", position: Position.Right, id: port.name, title: port.label }));

function StepBody({ data, isConnectable }) {
  const { facts, label, lit, kind } = data;
  const problems = facts.problems ?? [];
  return h("div", { className: `bn bn-${facts.group ?? "unknown"}${lit ? " is-lit" : ""}${problems.length ? " has-problems" : ""}`, "data-kind": kind },
    kind === "start" ? null : h(Handle, { type: "target", position: Position.Left, isConnectable }),
    h("header", { className: "bn-head" },
      h("span", { className: "bn-mark" }, h(Icon, { icon: facts.icon })),
      h("strong", { className: "truncate" }, label || facts.title || kind),
      problems.length ? h("span", { className: "bn-problems", title: problems.join("\n") }, h(Icon, { icon: "alert-circle" }), h("span", { className: "visually-hidden" }, w("hasProblems"))) : null),
    facts.summary ? h("p", { className: "bn-summary" }, facts.summary) : null,
    facts.ports?.length ? h("ul", { className: "bn-ports" }, facts.ports.map((port) => h(Port, { key: port.name, port, count: facts.figures?.ports[port.name] }))) : null,
    h(Counters, { figures: facts.figures }));
}

export const Step = memo(StepBody);

function CommentBody({ id, data, selected }) {
  const { text, write, isFixed } = data;
  return h("div", { className: "bc" },
    isFixed ? null : h(NodeResizer, { isVisible: selected, minWidth: 120, minHeight: 56 }),
    h("textarea", {
      key: text, className: "bc-text nodrag nowheel", defaultValue: text, readOnly: isFixed, maxLength: 2000,
      "aria-label": w("comment"), placeholder: w("commentHint"), onBlur: (event) => event.target.value !== text && write(id, event.target.value),
    }));
}

export const Comment = memo(CommentBody);
