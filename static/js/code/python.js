// What a script may use: the names of the flow's variables where one is asked for by name, else what a script is given.
import { localCompletionSource, python } from "@codemirror/lang-python";
import { $$, t } from "../core/dom.js";

const GIVEN = ["variables", "result", "contact", "conversation", "company", "number", "last", "now"];

function keys(names, context, inside) {
  const at = inside.text.indexOf("[") + 1;
  const closed = context.state.sliceDoc(context.pos, context.pos + 2).match(/^["']?\]/)?.[0].length ?? 0;
  const put = (name) => (view, _, from, to) => {
    const written = `'${name}']`;
    view.dispatch({ changes: { from, to: to + closed, insert: written }, selection: { anchor: from + written.length } });
  };
  const begun = inside.text.slice(at).replace(/["']/, "");
  return { from: inside.from + at, filter: false, options: names.filter((name) => name.startsWith(begun)).map((name) => ({ label: name, type: "variable", apply: put(name) })) };
}

const complete = (names) => (context) => {
  const inside = context.matchBefore(/(?:variables|result)\[["']?\w*/);
  if (inside) return keys(names, context, inside);
  const word = context.matchBefore(/\w+/);
  if (!word && !context.explicit) return null;
  const own = names.map((name) => ({ label: `variables['${name}']`, type: "variable", detail: t("variable") }));
  return { from: word?.from ?? context.pos, options: [...GIVEN.map((label) => ({ label, type: "keyword" })), ...own], validFor: /^[\w[\]']*$/ };
};

export function language(form) {
  const names = $$("[data-code-words] option", form).map((option) => option.value);
  return { extensions: [python()], completions: [complete(names), localCompletionSource] };
}
