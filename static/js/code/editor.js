// <pt-code>: CodeMirror over the textarea of a script or a query, which keeps the text for the form. It lives in a shadow root:
// there its styles are sheets of the root, which the content security policy allows; in the document they would be elements.
import { autocompletion, completionKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, history, historyKeymap, indentWithTab } from "@codemirror/commands";
import { HighlightStyle, bracketMatching, indentOnInput, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { EditorState } from "@codemirror/state";
import { EditorView, drawSelection, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import { $, $$, t } from "../core/dom.js";

// Of each, `language(form)`: the extensions of what may be written here, and where completions come from.
const LANGUAGES = { python: () => import("./python.js"), sql: () => import("./sql.js") };

const colours = HighlightStyle.define([
  { tag: [tags.keyword, tags.operatorKeyword, tags.controlKeyword, tags.definitionKeyword], color: "var(--pt-info)", fontWeight: "600" },
  { tag: [tags.string, tags.special(tags.string)], color: "var(--pt-accent-ink)" },
  { tag: [tags.number, tags.bool, tags.null], color: "var(--pt-warn)" },
  { tag: tags.comment, color: "var(--pt-muted)", fontStyle: "italic" },
  { tag: tags.invalid, color: "var(--pt-danger)" },
]);

const look = EditorView.theme({
  "&": { border: "1px solid var(--pt-line-strong)", borderRadius: "8px", background: "var(--pt-surface)", color: "var(--pt-ink)", fontSize: "0.8125rem" },
  "&.cm-focused": { outline: "2px solid var(--pt-accent-ink)", outlineOffset: "1px" },
  ".cm-content, .cm-gutter": { minHeight: "12rem" },
  ".cm-scroller": { maxHeight: "24rem", fontFamily: "ui-monospace, SFMono-Regular, Menlo, Consolas, monospace", lineHeight: "1.55" },
  ".cm-content": { caretColor: "var(--pt-ink)" },
  ".cm-cursor": { borderLeftColor: "var(--pt-ink)" },
  ".cm-gutters": { border: "0", borderRadius: "8px 0 0 8px", background: "var(--pt-surface-2)", color: "var(--pt-muted)" },
  ".cm-activeLine": { background: "color-mix(in srgb, var(--pt-hover) 55%, transparent)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": { background: "color-mix(in srgb, var(--pt-accent) 28%, transparent)" },
  "&.cm-focused .cm-matchingBracket": { outline: "1px solid var(--pt-accent-ink)", background: "var(--pt-accent-soft)" },
  ".cm-tooltip": { border: "1px solid var(--pt-line-strong)", borderRadius: "8px", background: "var(--pt-surface)", color: "var(--pt-ink)", boxShadow: "var(--pt-lift)", overflow: "hidden" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.25rem 0.625rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": { background: "var(--pt-accent-soft)", color: "var(--pt-ink)" },
  ".cm-completionDetail": { color: "var(--pt-muted)", fontStyle: "normal" },
});

class PtCode extends HTMLElement {
  connectedCallback() {
    if (this.view || !this.area) return;
    const { area } = this;
    const { extensions, completions } = this.language(area.form);
    const isFixed = area.matches(":disabled");
    const label = $(`label[for="${area.id}"]`, area.form);
    const root = this.shadowRoot ?? this.attachShadow({ mode: "open", delegatesFocus: true });
    this.view = new EditorView({
      root,
      parent: root,
      doc: area.value,
      extensions: [
        lineNumbers(), history(), drawSelection(), indentOnInput(), bracketMatching(), highlightActiveLine(), indentUnit.of("    "),
        extensions, syntaxHighlighting(colours), look, EditorView.lineWrapping,
        autocompletion({ override: completions, icons: false }),
        keymap.of([...completionKeymap, ...defaultKeymap, ...historyKeymap, indentWithTab]),
        EditorState.readOnly.of(isFixed), EditorView.editable.of(!isFixed),
        EditorView.contentAttributes.of({ "aria-label": label?.textContent.trim() ?? "", "aria-description": t("codeKeys"), ...(area.getAttribute("aria-invalid") ? { "aria-invalid": "true" } : {}) }),
        EditorView.updateListener.of((update) => update.docChanged && this.write()),
      ],
    });
    label?.addEventListener("click", () => this.view?.focus());
  }

  disconnectedCallback() {
    this.view?.destroy();
    this.view = null;
  }

  write() {
    this.area.value = this.view.state.doc.toString();
    this.area.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

customElements.define("pt-code", PtCode);

async function upgrade(area) {
  area.dataset.codeSeen = "";
  const { language } = await LANGUAGES[area.dataset.code]();
  if (!area.isConnected) return;
  const editor = Object.assign(document.createElement("pt-code"), { area, language });
  const isHere = document.activeElement === area;
  area.hidden = true;
  area.after(editor, Object.assign(document.createElement("div"), { className: "form-hint", textContent: t("codeKeys") }));
  if (isHere) editor.view.focus();
}

const upgradeAll = () => $$("textarea[data-code]:not([data-code-seen])").forEach(upgrade);
document.addEventListener("htmx:load", upgradeAll);
upgradeAll();
