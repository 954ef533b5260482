// Keeps `<time data-ago>` true as the day goes on: time today, "yesterday", weekday, date.
import { $$, t } from "./dom.js";

const language = document.documentElement.lang || "pt-br";
const clock = new Intl.DateTimeFormat(language, { hour: "2-digit", minute: "2-digit", hour12: false });
const weekday = new Intl.DateTimeFormat(language, { weekday: "short" });
const date = new Intl.DateTimeFormat(language, { day: "2-digit", month: "2-digit", year: "numeric" });

const midnight = (moment) => new Date(moment.getFullYear(), moment.getMonth(), moment.getDate()).getTime();

export function shortTime(moment, now = new Date()) {
  const days = Math.round((midnight(now) - midnight(moment)) / 86400000);
  if (days === 0) return clock.format(moment);
  if (days === 1) return t("yesterdayShort");
  return days > 1 && days < 7 ? weekday.format(moment).replace(".", "") : date.format(moment);
}

let today = midnight(new Date());

// The server's words stand until midnight passes: only then do they grow stale.
setInterval(() => {
  if (midnight(new Date()) === today) return;
  today = midnight(new Date());
  for (const element of $$("time[data-ago]")) element.textContent = shortTime(new Date(element.dateTime));
}, 60000);
