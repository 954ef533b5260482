// <pt-chart data-kind="line|bar|pie">: draws the table in it. The table stays, in <details>, for whoever prefers it.
import { ArcElement, BarController, BarElement, CategoryScale, Chart, Legend, LineController, LineElement, LinearScale, PieController, PointElement, Filler, Tooltip } from "chart.js";
import { $, $$ } from "../core/dom.js";

Chart.register(ArcElement, BarController, BarElement, CategoryScale, Filler, Legend, LineController, LineElement, LinearScale, PieController, PointElement, Tooltip);

const LIGHT = ["#0b7a5b", "#1259a8", "#c98500", "#9b2f5f", "#5b3fa0", "#56645e"];
const DARK = ["#56cba1", "#8cbef5", "#f0b429", "#f3a0c0", "#c3aef5", "#a1b1aa"];
const DASHES = [[], [6, 4], [2, 3]];
const isDark = () => document.documentElement.dataset.bsTheme === "dark";
const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

class PtChart extends HTMLElement {
  connectedCallback() {
    this.canvas ??= this.place();
    this.draw();
    this.watch = new MutationObserver(() => this.draw());
    this.watch.observe(document.documentElement, { attributeFilter: ["data-bs-theme"] });
  }

  disconnectedCallback() {
    this.watch?.disconnect();
    this.chart?.destroy();
    this.chart = null;
  }

  place() {
    const frame = document.createElement("div");
    frame.className = "chart-frame";
    const canvas = document.createElement("canvas");
    canvas.setAttribute("role", "img");
    canvas.setAttribute("aria-label", $("caption", this)?.textContent.trim() ?? "");
    frame.append(canvas);
    this.prepend(frame);
    return canvas;
  }

  /** First column: labels; each further column: one series. `data-value` is the number behind a written cell. */
  read() {
    const heads = $$("thead th", this).slice(1).map((head) => head.textContent.trim());
    const rows = $$("tbody tr", this).map((row) => [...row.cells]);
    const number = (cell) => Number(cell?.dataset.value ?? cell?.textContent ?? 0);
    return {
      labels: rows.map(([first]) => first.textContent.trim()),
      series: heads.map((label, index) => ({ label, data: rows.map((cells) => number(cells[index + 1])) })),
    };
  }

  draw() {
    const { labels, series } = this.read();
    const palette = isDark() ? DARK : LIGHT;
    const kind = this.dataset.kind;
    const datasets = series.map((one, index) => ({ ...one, ...STYLES[kind](palette, index) }));
    const still = matchMedia("(prefers-reduced-motion: reduce)").matches;
    this.chart?.destroy();
    this.chart = new Chart(this.canvas, { type: kind, data: { labels, datasets }, options: options(kind, series.length, still) });
  }
}

const STYLES = {
  line: (palette, index) => ({
    borderColor: palette[index],
    backgroundColor: `${palette[index]}22`,
    borderDash: DASHES[index % DASHES.length],
    fill: index === 0,
    tension: 0.3,
    borderWidth: 2,
    pointRadius: 2,
    pointHoverRadius: 5,
  }),
  bar: (palette, index) => ({ backgroundColor: palette[index], borderRadius: 4, maxBarThickness: 36 }),
  pie: (palette) => ({ backgroundColor: palette, borderColor: colour("--pt-surface"), borderWidth: 2 }),
};

function options(kind, series, still) {
  const ink = colour("--pt-muted");
  const axis = { ticks: { color: ink, precision: 0, maxRotation: 0, autoSkipPadding: 12 }, grid: { color: colour("--pt-line") }, border: { display: false } };
  return {
    animation: still ? false : { duration: 300 },
    maintainAspectRatio: false,
    interaction: kind === "pie" ? {} : { mode: "index", intersect: false },
    plugins: { legend: { display: kind === "pie" || series > 1, position: "bottom", labels: { color: ink, usePointStyle: true, boxHeight: 7 } } },
    scales: kind === "pie" ? {} : { x: { ...axis, grid: { display: false } }, y: { ...axis, beginAtZero: true, grace: "10%" } },
  };
}

customElements.define("pt-chart", PtChart);
