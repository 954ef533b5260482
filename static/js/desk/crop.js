// <pt-crop>: choose a picture, move and enlarge it in a square, and send that square. Without script the file itself
// is sent and the server cuts its middle.
import { $ } from "../core/dom.js";

const STEP = 16;

class PtCrop extends HTMLElement {
  connectedCallback() {
    this.form = $("form", this);
    this.canvas = $("[data-canvas]", this);
    this.zoom = $("[data-zoom]", this);
    this.file = $("[data-file]", this);
    this.file.addEventListener("change", () => this.open(this.file.files[0]));
    this.zoom.addEventListener("input", () => this.draw());
    this.canvas.addEventListener("pointerdown", (event) => this.grab(event));
    this.canvas.addEventListener("pointermove", (event) => this.drag(event));
    this.canvas.addEventListener("keydown", (event) => this.key(event));
    this.form.addEventListener("submit", (event) => this.submit(event));
  }

  async open(file) {
    this.picture = file ? await createImageBitmap(file, { imageOrientation: "from-image" }).catch(() => null) : null;
    const isOpen = Boolean(this.picture);
    this.form.classList.toggle("is-cropping", isOpen);
    this.canvas.hidden = $("[data-zoom-label]", this).hidden = !isOpen;
    if (!isOpen) return;
    this.at = { x: 0, y: 0 };
    this.zoom.value = "100";
    this.draw();
    this.canvas.focus();
  }

  /** The picture always covers the square: it can't be moved out of it. */
  draw() {
    const side = this.canvas.width;
    const { width, height } = this.picture;
    const scale = (side / Math.min(width, height)) * (Number(this.zoom.value) / 100);
    const spare = { x: (width * scale - side) / 2, y: (height * scale - side) / 2 };
    this.at.x = Math.max(-spare.x, Math.min(spare.x, this.at.x));
    this.at.y = Math.max(-spare.y, Math.min(spare.y, this.at.y));
    const brush = this.canvas.getContext("2d");
    brush.fillStyle = "#fff";
    brush.fillRect(0, 0, side, side);
    brush.imageSmoothingQuality = "high";
    brush.drawImage(this.picture, this.at.x - spare.x, this.at.y - spare.y, width * scale, height * scale);
  }

  grab(event) {
    this.canvas.setPointerCapture(event.pointerId);
    this.from = { x: event.clientX, y: event.clientY };
  }

  drag(event) {
    if (!this.picture || !this.canvas.hasPointerCapture(event.pointerId)) return;
    const ratio = this.canvas.width / this.canvas.clientWidth;
    this.at.x += (event.clientX - this.from.x) * ratio;
    this.at.y += (event.clientY - this.from.y) * ratio;
    this.from = { x: event.clientX, y: event.clientY };
    this.draw();
  }

  key(event) {
    const move = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, -STEP], ArrowDown: [0, STEP] }[event.key];
    const grow = { "+": 10, "=": 10, "-": -10 }[event.key];
    if (!move && !grow) return;
    event.preventDefault();
    if (move) this.at = { x: this.at.x + move[0], y: this.at.y + move[1] };
    if (grow) this.zoom.value = String(Number(this.zoom.value) + grow);
    this.draw();
  }

  submit(event) {
    if (!this.picture || event.submitter?.name === "remove") return;
    event.preventDefault();
    this.canvas.toBlob((blob) => {
      const chosen = new DataTransfer();
      chosen.items.add(new File([blob], "picture.jpg", { type: "image/jpeg" }));
      this.file.files = chosen.files;
      this.picture = null;
      this.form.submit();
    }, "image/jpeg", 0.92);
  }
}

customElements.define("pt-crop", PtCrop);
