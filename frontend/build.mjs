// Bundles static/{js,css} into frontend/dist and builds the icon sprite. `--watch` keeps going.
import { copyFile, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import esbuild from "esbuild";

const root = resolve(dirname(fileURLToPath(import.meta.url)), "..");
const dist = join(root, "frontend/dist");
const watch = process.argv.includes("--watch");

// Where icon names are looked for: `{% icon "name" %}`, `icon="name"`, `"icon": "name"`, `icon("name")`, and on the one line
// in which a bot's step says `kind, group, icon, title = …`.
const SOURCES = [["templates", /\.(html|txt)$/], ["apps", /\.(html|py)$/], ["static/js", /\.js$/]];
const ICON_NAME = /(?<!\.)\bicon["']?(?:\s*[=:(]\s*|\s+)["']([a-z][a-z0-9-]*)["']/g;
const STEP_ICON = /icon, title = "\w+", "\w+", "([a-z][a-z0-9-]*)"/g;

async function filesUnder(folder, pattern) {
  const entries = await readdir(join(root, folder), { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile() && pattern.test(entry.name) && !/[\\/](tests|migrations)$/.test(entry.parentPath ?? entry.path))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name));
}

async function usedIcons() {
  const used = new Map();
  for (const [folder, pattern] of SOURCES) {
    for (const file of await filesUnder(folder, pattern)) {
      const text = await readFile(file, "utf8");
      for (const [, name] of [...text.matchAll(ICON_NAME), ...text.matchAll(STEP_ICON)]) used.set(name, relative(root, file));
    }
  }
  return used;
}

async function symbol(name, file) {
  const filled = name.endsWith("-filled");
  const path = join(root, "node_modules/@tabler/icons/icons", filled ? "filled" : "outline", `${name.replace(/-filled$/, "")}.svg`);
  const svg = await readFile(path, "utf8").catch(() => {
    // Python files also name the icons of other icon sets (the back-office's).
    if (file.endsWith(".py")) return null;
    throw new Error(`${file}: there is no icon "${name}" in @tabler/icons`);
  });
  if (svg === null) return "";
  const shapes = svg.replace(/<!--[\s\S]*?-->/g, "").match(/<svg[^>]*>([\s\S]*)<\/svg>/)[1].replace(/\s+/g, " ").trim();
  const paint = filled ? 'fill="currentColor"' : 'fill="none" stroke="currentColor" stroke-width="1.75" stroke-linecap="round" stroke-linejoin="round"';
  return `<symbol id="${name}" viewBox="0 0 24 24" ${paint}>${shapes}</symbol>`;
}

async function buildSprite() {
  const used = await usedIcons();
  const symbols = await Promise.all([...used].sort().map(([name, file]) => symbol(name, file)));
  await writeFile(join(dist, "sprite.svg"), `<svg xmlns="http://www.w3.org/2000/svg">${symbols.join("")}</svg>\n`);
  return used.size;
}

async function copyImages() {
  await mkdir(join(dist, "img"), { recursive: true });
  for (const file of await filesUnder("static/img", /\.(svg|png|webp|ico)$/)) {
    await copyFile(file, join(dist, "img", relative(join(root, "static/img"), file)));
  }
}

// `import("virtual:emoji-pt")`: what the emoji panel needs of emojibase's data, by group, as `[emoji, "name|word|word"]`.
const SKIPPED_GROUP = 2; // skin tones and hair, which are parts of others
const NEWEST = 15; // what the fonts of phones in use can draw
const GENDERED = /-200D-264[02](-FE0F)?$/; // the neutral one stays
const NAMES = { "pt/flags": "Bandeiras" }; // the data call them “comutadores”
const isShown = (row) => row.version <= NEWEST && !GENDERED.test(row.hexcode);
const emoji = {
  name: "emoji",
  setup(build) {
    build.onResolve({ filter: /^virtual:emoji-/ }, ({ path }) => ({ path: path.slice(14), namespace: "emoji" }));
    build.onLoad({ filter: /.*/, namespace: "emoji" }, async ({ path: language }) => {
      const read = async (name) => JSON.parse(await readFile(join(root, "node_modules/emojibase-data", language, name), "utf8"));
      const [rows, messages] = [await read("data.json"), await read("messages.json")];
      const groups = messages.groups.filter((group) => group.order !== SKIPPED_GROUP).map((group) => ({
        name: NAMES[`${language}/${group.key}`] ?? group.message.charAt(0).toUpperCase() + group.message.slice(1),
        emoji: rows.filter((row) => row.group === group.order && isShown(row)).sort((a, b) => a.order - b.order).map((row) => [row.emoji, [row.label, ...(row.tags ?? [])].join("|")]),
      }));
      return { contents: JSON.stringify(groups), loader: "json" };
    });
  },
};

// Tabler's striped tables, which no page has, look into every element's style attribute: with them, each frame of whatever moves
// by its style (the canvas, a dragged panel) finds the styles of all that is inside it anew.
const STRIPES = /[^{}]*\[style\*=background\][^{}]*\{[^{}]*\}/g;
const tabler = {
  name: "tabler",
  setup(build) {
    build.onLoad({ filter: /tabler\.min\.css$/ }, async ({ path }) => {
      const css = await readFile(path, "utf8");
      if (!css.match(STRIPES)) throw new Error(`${path}: the striped tables are written otherwise now`);
      return { contents: css.replace(STRIPES, ""), loader: "css" };
    });
  },
};

const options = {
  absWorkingDir: root,
  entryPoints: [
    { in: "static/js/app.js", out: "app" },
    { in: "static/css/app.css", out: "app" },
    { in: "static/css/builder.css", out: "builder" },
  ],
  entryNames: "[name]",
  chunkNames: "chunks/[name]-[hash]",
  assetNames: "assets/[name]-[hash]",
  outdir: "frontend/dist",
  bundle: true,
  splitting: true,
  format: "esm",
  target: ["es2022", "chrome115", "firefox115", "safari16.4"],
  loader: { ".woff2": "file" },
  plugins: [emoji, tabler],
  // React's own switch between its checked and its small build.
  define: { "process.env.NODE_ENV": watch ? '"development"' : '"production"' },
  minify: !watch,
  legalComments: "none",
  logLevel: "info",
};
await rm(dist, { recursive: true, force: true });
await mkdir(dist, { recursive: true });
const icons = await buildSprite();
await copyImages();
if (watch) {
  const context = await esbuild.context(options);
  await context.watch();
} else {
  await esbuild.build(options);
  console.log(`frontend/dist: ${icons} icons`);
}
