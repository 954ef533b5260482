// A sound and a notice of the browser for new messages in one's own conversations, where the profile wants them.
import { $ } from "../core/dom.js";

const known = new Map();
let player;

function beep() {
  player ??= new AudioContext();
  const [tone, volume] = [player.createOscillator(), player.createGain()];
  tone.frequency.value = 880;
  volume.gain.setValueAtTime(0.08, player.currentTime);
  volume.gain.exponentialRampToValueAtTime(0.0001, player.currentTime + 0.25);
  tone.connect(volume).connect(player.destination);
  tone.start();
  tone.stop(player.currentTime + 0.25);
}

function notify(row) {
  const name = $(".row-name", row)?.textContent.trim() ?? "";
  const notice = new Notification(name, { body: $(".row-preview", row)?.textContent.trim() ?? "", tag: row.id });
  notice.addEventListener("click", () => {
    window.focus();
    $(".row-link", row)?.click();
    notice.close();
  });
}

document.addEventListener("live:upsert", (event) => {
  const row = event.target;
  if (!row.matches?.(".chat-row") || row.dataset.assignee !== document.body.dataset.me) return;
  const unread = Number(row.dataset.unread);
  const isMore = unread > (known.get(row.id) ?? 0);
  known.set(row.id, unread);
  if (!isMore || document.visibilityState === "visible" && document.hasFocus()) return;
  const { sounds, notices } = document.body.dataset;
  if (sounds !== undefined) beep();
  if (notices !== undefined && "Notification" in window && Notification.permission === "granted") notify(row);
});

for (const row of document.querySelectorAll("#conversation-list > .chat-row")) known.set(row.id, Number(row.dataset.unread));

// Browsers ask only after a click.
document.addEventListener("click", () => {
  if (document.body.dataset.notices !== undefined && "Notification" in window && Notification.permission === "default") Notification.requestPermission();
}, { once: true });
