// Queries: the words of SQL where it is not JSON (MongoDB's), and after a colon the variables that the field beside it gives
// values to.
import { StandardSQL, keywordCompletionSource, sql } from "@codemirror/lang-sql";

/** Their names: the keys of an object, or the names of a step's rows. */
function given(form) {
  try {
    const found = JSON.parse(form.elements.params.value || "{}");
    return Array.isArray(found) ? found.map((row) => row.name).filter(Boolean) : Object.keys(found ?? {});
  } catch { return []; }
}

const variables = (form) => (context) => {
  const begun = context.matchBefore(/:\w*/);
  return begun && { from: begun.from, options: given(form).map((name) => ({ label: `:${name}`, type: "variable" })), validFor: /^:\w*$/ };
};

const words = keywordCompletionSource(StandardSQL, true);
const isJson = (doc) => /^\s*[{[]/.test(doc.sliceString(0, 100));

export function language(form) {
  return { extensions: [sql({ dialect: StandardSQL })], completions: [variables(form), (context) => (isJson(context.state.doc) ? null : words(context))] };
}
