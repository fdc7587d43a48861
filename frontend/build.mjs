// Builds what the pages load into the git-ignored folder of the static files: two style and script bundles, the charts,
// the theme switch that runs before the first paint, one sprite of icons, and the brand mark. Takes about a second.
import { build } from "esbuild";
import { cp, mkdir, readFile, readdir, rm, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const here = dirname(fileURLToPath(import.meta.url));
const root = dirname(here);
const out = join(root, "zoneworks", "site", "static", "zoneworks", "dist");
const icons = join(root, "node_modules", "@tabler", "icons", "icons", "outline");

// Chrome 109 is the last browser of Windows 7, which offices still run.
const target = ["chrome109", "firefox115", "safari16"];

/** Return the inner drawing of one icon file, without the frame and the invisible square that the set ships. */
async function drawing(name) {
  const file = await readFile(join(icons, `${name}.svg`), "utf8").catch(() => null);
  if (file === null) throw new Error(`Tabler's outline set has no icon called "${name}"; see icons.txt and the templates`);
  const inner = file.slice(file.indexOf(">", file.indexOf("<svg")) + 1, file.lastIndexOf("</svg>"));
  return inner.replace(/<path[^>]*d="M0 0h24v24H0z"[^>]*\/>/, "").replace(/\s*\n\s*/g, "");
}

/** Return the names that templates draw with {% icon "name" %}. */
async function drawnInTemplates() {
  const files = await readdir(join(root, "zoneworks"), { recursive: true });
  const texts = await Promise.all(
    files.filter((path) => path.endsWith(".html")).map((path) => readFile(join(root, "zoneworks", path), "utf8")),
  );
  return texts.flatMap((text) => [...text.matchAll(/{%\s*icon\s+["']([\w-]+)["']/g)].map((found) => found[1]));
}

/** Write one file that holds every icon as a symbol under its own name; return how many there are. */
async function sprite() {
  const lines = (await readFile(join(here, "icons.txt"), "utf8")).split("\n").map((line) => line.trim());
  const listed = lines.filter((line) => line && !line.startsWith("#"));
  const names = [...new Set([...listed, ...(await drawnInTemplates())])].sort();
  const symbols = await Promise.all(
    names.map(async (name) => `<symbol id="${name}" viewBox="0 0 24 24">${await drawing(name)}</symbol>`),
  );
  const svg = `<svg xmlns="http://www.w3.org/2000/svg">\n${symbols.join("\n")}\n</svg>\n`;
  await writeFile(join(out, "sprite.svg"), svg);
  return names.length;
}

const started = Date.now();
await rm(out, { recursive: true, force: true });
await mkdir(out, { recursive: true });
const [result, count] = await Promise.all([
  build({
    entryPoints: ["css/app.css", "js/app.js", "js/theme.js", "js/charts.js"].map((path) => join(here, path)),
    outdir: out,
    entryNames: "[name]",
    bundle: true,
    minify: true,
    format: "iife",
    target,
    legalComments: "eof",
    metafile: true,
    logLevel: "warning",
  }),
  sprite(),
  cp(join(here, "img"), out, { recursive: true }),
]);

for (const [path, file] of Object.entries(result.metafile.outputs)) {
  console.log(`${path.split("/").pop().padEnd(12)} ${(file.bytes / 1024).toFixed(0).padStart(5)} KB`);
}
console.log(`sprite.svg   ${count} icons; built in ${((Date.now() - started) / 1000).toFixed(1)} s`);
