// Bundles each page of the gallery into .build/: its script, what that imports of styles and fonts, and its page.
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { compile } from "tailwindcss";

const HERE = dirname(fileURLToPath(import.meta.url));
const PAGES = join(HERE, "pages");
const OUT = join(HERE, ".build");
const require = createRequire(import.meta.url);

/** Whatever could be one of Tailwind's classes; it makes rules for those that are. */
const CANDIDATE = /[^\s"'`<>{}=;]+/g;

function pages() {
  return readdirSync(PAGES, { withFileTypes: true }).flatMap((entry) => (entry.isDirectory() ? [entry.name] : []));
}

function scriptOf(page) {
  return ["main.jsx", "main.js"].map((name) => join(PAGES, page, name)).find((path) => existsSync(path));
}

async function tailwind(folder, page) {
  const source = readFileSync(join(folder, "tailwind.css"), "utf8");
  const compiler = await compile(source, {
    base: folder,
    loadStylesheet: async (id, base) => {
      const path = id === "tailwindcss" ? require.resolve("tailwindcss/index.css") : join(base, id);
      return { path, base: dirname(path), content: readFileSync(path, "utf8") };
    },
  });
  const classes = ["index.html", "main.js"].flatMap((name) => {
    const path = join(folder, name);
    return existsSync(path) ? (readFileSync(path, "utf8").match(CANDIDATE) ?? []) : [];
  });
  writeFileSync(join(OUT, page, "tailwind.css"), compiler.build([...new Set(classes)]));
}

async function bundle(entryPoints) {
  await build({
    entryPoints,
    outdir: OUT,
    outbase: PAGES,
    bundle: true,
    minify: true,
    format: "iife",
    target: "es2022",
    jsx: "automatic",
    logLevel: "error",
    legalComments: "none",
    assetNames: "assets/[name]-[hash]",
    publicPath: "/",
    loader: { ".woff2": "file", ".woff": "file", ".ttf": "file", ".png": "file", ".svg": "file" },
    // The builds that sites ship; emotion then writes its rules by insertRule alone.
    define: { "process.env.NODE_ENV": '"production"', "process.env": "{}" },
  });
}

rmSync(OUT, { recursive: true, force: true });
const names = pages();
for (const name of names) {
  mkdirSync(join(OUT, name), { recursive: true });
  for (const file of readdirSync(join(PAGES, name))) {
    if (/\.(html|css|svg)$/.test(file)) cpSync(join(PAGES, name, file), join(OUT, name, file));
  }
  if (existsSync(join(PAGES, name, "tailwind.css"))) await tailwind(join(PAGES, name), name);
}
await bundle(names.map(scriptOf).filter(Boolean));
writeFileSync(join(OUT, "made"), "");
