// Five seconds to take back what moved a conversation: resolved, closed, assigned, transferred.
import htmx from "../core/htmx.js";
import { $, t } from "../core/dom.js";
import { toast } from "../core/toasts.js";

const LIFE = 5000;
const MOVES = /\/(?:conversations|routing)\/([0-9a-f-]{36})\/(close|assign|transfer)\/$/;

document.addEventListener("htmx:afterRequest", (event) => {
  const { requestConfig, successful, xhr } = event.detail;
  if (!successful || requestConfig?.verb !== "post" || xhr.status !== 200) return;
  const found = MOVES.exec(new URL(requestConfig.path, location.href).pathname);
  const inbox = $("[data-undo-url]");
  if (!found || !inbox) return;
  const url = inbox.dataset.undoUrl.replace("00000000-0000-0000-0000-000000000000", found[1]);
  const again = () => htmx.ajax("POST", url, { target: "#thread-pane", swap: "innerHTML" });
  const card = toast({ level: "success", text: inbox.getAttribute(`data-moved-${found[2]}`), label: t("undo"), retry: again, life: LIFE });
  card?.setAttribute("data-undo", "");
});
