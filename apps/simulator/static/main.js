// The page: which person, which number, what is on screen.

import { get, Live, post } from "./api.js";
import { Composer } from "./composer.js";
import { byId, el, icon, initials } from "./dom.js";
import { drawDetails, drawPeople } from "./people.js";
import { closeSheet, emojiSheet, formSheet, listSheet, toast } from "./sheet.js";
import { Thread } from "./thread.js";
import { currentLanguage, t, toggleLanguage, translatePage } from "./words.js";

const wide = matchMedia("(min-width: 1180px)");
let state = { customers: [], numbers: [] };
let chosen = new URLSearchParams(location.hash.slice(1)).get("pessoa");
let number = null;
let refreshTimer = 0;

const person = () => state.customers.find((each) => each.key === chosen);
const business = () => state.numbers.find((each) => each.id === number);
const chat = () => ({ customer: chosen, number });

const composer = new Composer(chat);
composer.person = person;

const thread = new Thread({
  say: (text) => composer.sendText(text),
  quote: (message) => composer.quote(message, business().name),
  react: (message) => emojiSheet(message, (emoji) => composer.send("reaction", emoji ? { message_id: message.id, emoji } : { message_id: message.id }, "")),
  openList: (message) => listSheet(message, (row) => {
    const reply = { id: row.id, title: row.title, ...(row.description ? { description: row.description } : {}) };
    composer.send("interactive", { type: "list_reply", list_reply: reply }, message.id);
  }),
  press,
  played: (message) => message.mine || post("/phone/played", { id: message.id }).catch(() => {}),
  enlarge: (url) => { byId("viewer-image").src = url; byId("viewer").showModal(); },
});

function press(message, button) {
  if (button.kind === "reply") return composer.send("interactive", { type: "button_reply", button_reply: { id: button.id, title: button.title } }, message.id);
  if (button.kind === "quick_reply") return composer.send("button", { payload: button.payload, text: button.title }, message.id);
  if (button.kind === "location") return composer.sendLocation(message.id);
  if (button.kind === "contact") return composer.sendContact(message.id);
  if (button.kind === "flow") return formSheet(message, (answers) => fillIn(message, answers));
  if (button.kind === "pay") return post("/phone/pay", { id: message.id }).then(() => toast(t("paid")), () => toast(t("not_sent")));
  if (button.kind === "pix") navigator.clipboard?.writeText(message.charge.code).catch(() => {});
  return toast(t(["copy_code", "otp", "pix"].includes(button.kind) ? "copied_code" : "link_stays"));
}

// What a form sends: the answers as text, as WhatsApp's Flows do.
function fillIn(message, answers) {
  const reply = { name: "flow", body: "Sent", response_json: JSON.stringify({ flow_token: message.form.token, ...answers }) };
  return composer.send("interactive", { type: "nfm_reply", nfm_reply: reply }, message.id);
}

// -- state ------------------------------------------------------------------------------------------------------------

async function refresh() {
  state = await get("/phone/state");
  number = state.numbers.some((each) => each.id === number) ? number : state.numbers[0]?.id;
  byId("number-field").hidden = state.numbers.length < 2;
  byId("number").replaceChildren(...state.numbers.map((each) => el("option", { value: each.id, selected: each.id === number }, `${each.name} · ${each.display}`)));
  if (chosen && !person()) chosen = null;
  redraw();
}

const refreshSoon = () => {
  clearTimeout(refreshTimer);
  refreshTimer = setTimeout(() => refresh().catch(() => {}), 120);
};

function redraw() {
  drawPeople(state, number, chosen, choose);
  const who = person();
  if (!who) return;
  drawDetails(who);
  byId("off-banner").hidden = who.online;
  byId("phone").classList.toggle("is-off", !who.online);
  byId("business-name").textContent = business().name;
  byId("business-avatar").textContent = initials(business().name);
}

async function openThread() {
  const who = person();
  byId("lock").hidden = Boolean(who);
  byId("chat").hidden = !who;
  byId("details").hidden = !who || !(wide.matches || document.documentElement.dataset.details === "open");
  document.documentElement.dataset.screen = who ? "chat" : "people";
  look();
  if (!who) return;
  redraw();
  const { messages } = await get("/phone/thread", chat());
  thread.open({ business: business().name, display: business().display, mark: initials(business().name) }, messages);
}

async function choose(key) {
  if (key !== chosen) { composer.quote(null); composer.input.value = ""; composer.tray(false); }
  closeSheet();
  chosen = key;
  history.replaceState(null, "", key ? `#pessoa=${encodeURIComponent(key)}` : location.pathname);
  await openThread();
  refreshSoon();
  if (key && matchMedia("(hover: hover)").matches) composer.input.focus();
}

// Only a chat that is really on the screen counts as looked at.
const look = () => live.look(chosen && document.visibilityState === "visible" ? chat() : null);

const live = new Live({
  onOpen: async () => {
    byId("connection").hidden = true;
    await refresh();
    await openThread();
  },
  onLost: () => { byId("connection").hidden = false; },
  onEvent: (event) => {
    if (event.type === "reload") return refresh().then(openThread);
    const here = event.customer === chosen && event.number === number;
    if (event.type === "typing" && here) thread.typing(event.seconds);
    if (event.type === "message" && here) thread.upsert(event.message);
    if (event.type === "message") refreshSoon();
    return null;
  },
});

// -- controls ---------------------------------------------------------------------------------------------------------

byId("back").addEventListener("click", async () => {
  const last = chosen;
  await choose(null);
  byId("people").querySelector(`[data-testid="customer-${last}"]`)?.focus();
});
byId("number").addEventListener("change", (event) => { number = event.target.value; redraw(); openThread(); });
document.addEventListener("visibilitychange", look);
byId("viewer-close").addEventListener("click", () => byId("viewer").close());
byId("viewer").addEventListener("click", (event) => { if (event.target === event.currentTarget) byId("viewer").close(); });

function details(open) {
  document.documentElement.dataset.details = open ? "open" : "closed";
  byId("details").hidden = !open && !wide.matches;
  byId("info-open").setAttribute("aria-expanded", String(open));
  (open ? byId("info-close") : byId("info-open")).focus();
}
byId("info-open").addEventListener("click", () => details(document.documentElement.dataset.details !== "open"));
byId("info-close").addEventListener("click", () => details(false));
byId("details").addEventListener("keydown", (event) => { if (event.key === "Escape") details(false); });
wide.addEventListener("change", () => { byId("details").hidden = !chosen || !wide.matches; });
byId("offline").addEventListener("change", (event) => post("/phone/online", { customer: chosen, online: !event.target.checked }));
byId("marketing").addEventListener("change", () => post("/phone/marketing", chat()).then(refreshSoon));

byId("add-open").addEventListener("click", () => { byId("add-error").hidden = true; byId("add").showModal(); });
byId("add-cancel").addEventListener("click", () => byId("add").close());
byId("add-form").addEventListener("submit", async (event) => {
  event.preventDefault();
  try {
    const added = await post("/phone/customers", Object.fromEntries(new FormData(byId("add-form"))));
    byId("add-form").reset();
    byId("add").close();
    await refresh();
    await choose(added.key);
  } catch { byId("add-error").hidden = false; }
});

// -- language, theme, clock -------------------------------------------------------------------------------------------

function paintSwitches() {
  const dark = document.documentElement.dataset.theme === "dark";
  byId("theme").replaceChildren(icon(dark ? "sun" : "moon"));
  byId("theme").setAttribute("aria-label", t(dark ? "theme_light" : "theme_dark"));
  byId("language").textContent = currentLanguage() === "en" ? "PT" : "EN";
  byId("language").setAttribute("aria-label", `${byId("language").textContent}: ${t("language")}`);
}

byId("theme").addEventListener("click", () => {
  const next = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  document.documentElement.dataset.theme = next;
  localStorage.setItem("simulator-theme", next);
  paintSwitches();
});
byId("language").addEventListener("click", () => {
  toggleLanguage();
  translatePage();
  paintSwitches();
  tick();
  redraw();
  if (chosen) { thread.draw(); thread.typing(0); }
});

function tick() {
  const now = new Date();
  const time = now.toLocaleTimeString(currentLanguage(), { hour: "2-digit", minute: "2-digit", hour12: false });
  byId("clock").textContent = byId("lock-time").textContent = time;
  byId("lock-date").textContent = now.toLocaleDateString(currentLanguage(), { weekday: "long", day: "numeric", month: "long" });
}

translatePage();
paintSwitches();
tick();
setInterval(tick, 5000);
