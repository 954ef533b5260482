// Calls to the simulator, and the live socket with its patient reconnecting.

async function answer(response) {
  if (!response.ok) throw new Error((await response.json().catch(() => ({}))).error ?? response.statusText);
  return response.json();
}

export const get = async (path, query = {}) => answer(await fetch(`${path}?${new URLSearchParams(query)}`));

export const post = async (path, body) =>
  answer(await fetch(path, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body) }));

export const upload = async (blob, name) =>
  answer(await fetch(`/phone/media?${new URLSearchParams({ name })}`, {
    method: "POST", headers: { "Content-Type": blob.type || "application/octet-stream" }, body: blob,
  }));

export class Live {
  #socket = null;
  #tries = 0;
  #look = {};

  constructor({ onEvent, onOpen, onLost }) {
    Object.assign(this, { onEvent, onOpen, onLost });
    this.#connect();
  }

  look(chat) {
    this.#look = chat ?? {};
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: "look", ...this.#look }));
  }

  #connect() {
    this.#socket = new WebSocket(`${location.protocol === "https:" ? "wss" : "ws"}://${location.host}/live`);
    this.#socket.addEventListener("open", () => {
      this.#tries = 0;
      this.onOpen();
      this.look(this.#look);
    });
    this.#socket.addEventListener("message", (event) => this.onEvent(JSON.parse(event.data)));
    this.#socket.addEventListener("close", () => {
      this.onLost();
      this.#tries += 1;
      const pause = Math.min(8000, 300 * 2 ** this.#tries) * (0.5 + Math.random() / 2);
      setTimeout(() => this.#connect(), pause);
    });
  }
}
