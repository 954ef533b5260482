// <pt-thread>: the scrolling part of a conversation. CSS (a reversed column) pins it to the bottom and keeps the place
// when older messages arrive above; this adds the unread divider, the "new messages" pill and day headings.
import { $, $$, on, t } from "../core/dom.js";
import { live } from "../core/live.js";

const NEAR = 48;

class PtThread extends HTMLElement {
  connectedCallback() {
    this.list = $(".thread-list", this);
    this.pill = $("[data-new-pill]", this.parentElement);
    this.fresh = 0;
    this.addEventListener("scroll", () => this.scrolled(), { passive: true });
    this.pill.addEventListener("click", () => this.toBottom("smooth"));
    this.watch = new MutationObserver((changes) => this.changed(changes));
    this.watch.observe(this.list, { childList: true });
    this.height = this.scrollHeight;
    this.tidyDays();
    this.group();
    this.openAtUnread();
    this.scrolled();
    live?.keep("view", { type: "view", conversation: this.dataset.conversation, as_of: this.closest(".thread")?.dataset.asOf });
    this.markRead();
    this.onVisible = () => document.visibilityState === "visible" && this.isPinned && this.markRead();
    document.addEventListener("visibilitychange", this.onVisible);
    document.addEventListener("live:open", this.onVisible);
  }

  disconnectedCallback() {
    this.watch?.disconnect();
    document.removeEventListener("visibilitychange", this.onVisible);
    document.removeEventListener("live:open", this.onVisible);
    if (!$("pt-thread")) live?.keep("view", { type: "view", conversation: null });
  }

  get isPinned() {
    return Math.abs(this.scrollTop) < NEAR;
  }

  openAtUnread() {
    const line = $("[data-unread-line]", this.list);
    if (!line) return;
    const above = line.getBoundingClientRect().top - this.getBoundingClientRect().top;
    if (above < 0) this.scrollTop += above - 56;
  }

  toBottom(behavior = "instant") {
    this.scrollTo({ top: 0, behavior });
  }

  scrolled() {
    this.wasPinned = this.isPinned;
    if (this.wasPinned && this.fresh) this.markRead();
    if (this.wasPinned) this.fresh = 0;
    this.showPill();
  }

  showPill() {
    this.pill.hidden = this.isPinned;
    this.pill.classList.toggle("is-plain", this.fresh === 0);
    $("span", this.pill).textContent = this.fresh ? t(this.fresh === 1 ? "newOne" : "newMany", this.fresh) : "";
    this.pill.setAttribute("aria-label", this.fresh ? $("span", this.pill).textContent : t("toBottom"));
  }

  /** Growth below must not move what is being read; growth above cannot, in a reversed column. */
  changed(changes) {
    const grown = this.scrollHeight - this.height;
    this.height = this.scrollHeight;
    const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.classList?.contains("msg"));
    const below = added.filter((node) => node.isConnected && node.getBoundingClientRect().top > this.getBoundingClientRect().bottom - 8 || !node.nextElementSibling);
    if (added.length) this.tidyDays();
    this.group();
    if (!below.length) return;
    if (below.some((node) => node.classList.contains("is-pending"))) this.toBottom();
    else if (!this.wasPinned) {
      this.scrollTop -= grown;
      this.fresh += below.filter((node) => node.dataset.direction === "in").length;
      this.showPill();
    } else if (document.visibilityState === "visible") this.markRead();
  }

  markRead() {
    if (document.visibilityState === "visible") live?.send({ type: "read", conversation: this.dataset.conversation });
  }

  /** Bubbles of one agent in a row: the name above the first, the face beside the last. */
  group() {
    let before = null;
    for (const line of this.list.children) {
      const author = line.matches(".msg-out") ? line.dataset.author : undefined;
      const isContinued = Boolean(author) && before?.dataset.author === author;
      line.classList.toggle("is-continued", isContinued);
      before?.classList.toggle("is-followed", isContinued);
      before = author ? line : null;
    }
    before?.classList.remove("is-followed");
  }

  /** One heading per day, also between pages and before live messages. */
  tidyDays() {
    let shown = "";
    for (const line of [...this.list.children]) {
      const heading = line.dataset.dayHeading;
      if (heading) {
        if (heading === shown) line.remove();
        shown = heading;
      } else if (line.dataset.day && line.dataset.day !== shown) {
        shown = line.dataset.day;
        line.before(dayHeading(shown));
      }
    }
  }
}

function dayHeading(day) {
  const made = document.createElement("li");
  made.className = "day";
  made.dataset.dayHeading = day;
  const moment = new Date(`${day}T12:00:00`);
  const days = Math.round((new Date().setHours(12, 0, 0, 0) - moment.getTime()) / 86400000);
  const long = new Intl.DateTimeFormat(document.documentElement.lang, { dateStyle: "long" });
  const text = days === 0 ? t("today") : days === 1 ? t("yesterday") : long.format(moment);
  made.append(Object.assign(document.createElement("span"), { textContent: text }));
  return made;
}

customElements.define("pt-thread", PtThread);

// A quote leads to what it quotes.
on("click", "a[data-jump]", (event, link) => {
  const target = document.getElementById(link.hash.slice(1));
  event.preventDefault();
  if (!target) return;
  target.scrollIntoView({ block: "center", behavior: "smooth" });
  target.classList.add("is-marked");
  setTimeout(() => target.classList.remove("is-marked"), 1700);
});

// A customer's message gives 24 more hours.
document.addEventListener("live:upsert", (event) => {
  const line = event.target;
  if (!line.matches?.(".msg") || !event.detail.isNew) return;
  line.classList.add("is-arriving");
  if (line.dataset.direction !== "in") return;
  const sent = new Date($("time", line)?.dateTime ?? "");
  if (Number.isNaN(sent.getTime())) return;
  const until = new Date(sent.getTime() + 24 * 3600 * 1000);
  for (const element of $$(".thread-head pt-countdown, pt-composer[data-until]")) {
    if (!(new Date(element.dataset.until) >= until)) element.dataset.until = until.toISOString();
    element.show?.();
  }
});

// On a touch screen a tap on a bubble shows what can be done with it.
on("click", ".bubble", (event, bubble) => {
  if (!matchMedia("(hover: none)").matches || event.target.closest("a, button, input, video, summary")) return;
  const line = bubble.closest(".msg");
  for (const other of $$(".msg.is-active")) if (other !== line) other.classList.remove("is-active");
  line.classList.toggle("is-active");
});
