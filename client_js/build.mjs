// Bundles the clients into cobrowse/web/static: files named by their content, manifest.json with integrity, and the
// size budgets of DESIGN section 15, above which the build fails. The loader is built last, since it carries the names
// and hashes of the parts it loads.
import { createHash } from "node:crypto";
import { mkdirSync, readdirSync, readFileSync, renameSync, unlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import { build, transform } from "esbuild";
import { minify } from "terser";
import { AT_ONCE } from "./eagerness.mjs";
import { borrowed, lent } from "./lending.mjs";
import { whitelistPlugin } from "./whitelist_plugin.mjs";

const HERE = dirname(fileURLToPath(import.meta.url));
const SRC = join(HERE, "src");
const TARGET = resolve(HERE, "../cobrowse/web/static");
const KB = 1024;
const LANGUAGES = ["en", "de"];
/** What esbuild made of the members that it may rename. */
const shortNames = {};

// `import css from "./ui.css?inline"`: the minified text, as in Vite, so that tests and the build read one file.
const inlineCss = {
  name: "inline-css",
  setup(it) {
    it.onResolve({ filter: /\.css\?inline$/ }, (args) => ({
      path: join(args.resolveDir, args.path.replace(/\?inline$/, "")),
      namespace: "inline-css",
    }));
    it.onLoad({ filter: /.*/, namespace: "inline-css" }, async (args) => {
      const { code } = await transform(readFileSync(args.path, "utf8"), { loader: "css", minify: true });
      return { contents: code.trim(), loader: "text", watchFiles: [args.path] };
    });
  },
};

const integrity = (algorithm, content) => `${algorithm}-${createHash(algorithm).update(content).digest("base64")}`;

/** One bundle: its name in the manifest, its content, its integrity and its size over the wire. */
async function bundle(name, source, define = {}, plugins = []) {
  const result = await build({
    stdin: { contents: `import "./${source}";${lent(name)}`, resolveDir: SRC, sourcefile: `${name}.js` },
    bundle: true,
    write: false,
    format: "iife",
    platform: "browser",
    target: "es2022",
    charset: "utf8",
    minify: true,
    legalComments: "none",
    // Members that end in one underscore are private to the clients. The parts of one page agree on their short names.
    mangleProps: /[^_]_$/,
    mangleCache: shortNames,
    // Fields without a value need no line of their own.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    plugins: [inlineCss, borrowed(name, SRC), ...plugins],
    define: { __LANG__: '"en"', ...define },
    logLevel: "warning",
  });
  Object.assign(shortNames, result.mangleCache);
  const { code } = await minify(result.outputFiles[0].text, {
    ecma: 2022,
    toplevel: true,
    compress: { passes: 3, unsafe_arrows: true },
    format: { ecma: 2022 },
  });
  const content = Buffer.from((["view", "mirror"].includes(name) ? AT_ONCE : "") + code);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, 12);
  return {
    name,
    content,
    file: `${name}-${hash}.js`,
    integrity: integrity("sha384", content),
    // What the loader checks: it carries one for each part.
    shortIntegrity: integrity("sha256", content),
    gzip: gzipSync(content, { level: 9 }).length,
  };
}

/** Write next to it, then rename: a server reading meanwhile sees the old file or the new one. */
function put(file, content) {
  const path = join(TARGET, file);
  const fresh = `${path}.${process.pid}.new`;
  writeFileSync(fresh, content);
  renameSync(fresh, path);
}

function sweep(keep) {
  for (const file of readdirSync(TARGET)) {
    if (/-[0-9a-f]{12}\.js$/.test(file) && !keep.has(file)) unlinkSync(join(TARGET, file));
  }
}

async function main() {
  // One after the other: each goes on with the short names of those before it.
  const parts = [];
  for (const [name, source, define, plugins] of [
    ...LANGUAGES.map((language) => [
      `session-${language}`,
      "snippet/session.ts",
      { __LANG__: JSON.stringify(language) },
    ]),
    ...LANGUAGES.map((language) => [
      `receipt-${language}`,
      "snippet/receipting.ts",
      { __LANG__: JSON.stringify(language) },
    ]),
    ["view", "snippet/view.ts", {}, [whitelistPlugin()]],
    ["outline", "snippet/outlining.ts"],
    ["assets", "snippet/bringing.ts"],
    ["shrink", "snippet/shrinking.ts"],
    ["acts", "snippet/acting.ts"],
    ["digest", "snippet/digesting.ts"],
    ["preview", "snippet/previewing.ts"],
    ["entry", "entry/entry.ts"],
    ["join", "entry/join.ts"],
    ["console", "console/main.ts"],
    ["mirror", "mirror/frame.ts"],
    ["check", "check/check.ts", {}, [whitelistPlugin()]],
  ]) {
    parts.push(await bundle(name, source, define, plugins));
  }
  const named = Object.fromEntries(parts.map((part) => [part.name, part]));
  const loaded = [
    "session-en",
    "session-de",
    "view",
    "assets",
    "shrink",
    "outline",
    "acts",
    "digest",
    "preview",
    "receipt-en",
    "receipt-de",
    "entry",
  ].map((name) => named[name]);
  const table = Object.fromEntries(loaded.map((part) => [part.name, [part.file, part.shortIntegrity]]));
  const loader = await bundle("snippet", "snippet/loader.ts", { __PARTS__: JSON.stringify(table) });

  mkdirSync(TARGET, { recursive: true });
  const all = [loader, ...parts];
  for (const part of all) put(part.file, part.content);
  const manifest = Object.fromEntries(all.map(({ name, file, integrity }) => [name, { file, integrity }]));
  put("manifest.json", `${JSON.stringify(manifest, null, 2)}\n`);
  sweep(new Set(all.map((part) => part.file)));

  // What was reached, rounded up to the next half KB: it can only shrink.
  const budgets = [
    ["loader", loader.gzip, 2.5 * KB],
    ...LANGUAGES.map((language) => [
      `loader + session part, ${language}`,
      loader.gzip + named[`session-${language}`].gzip,
      14.5 * KB,
    ]),
    ["view part (after Allow)", named.view.gzip, 21.5 * KB],
    ["assets part (after Allow)", named.assets.gzip, 2 * KB],
    ["shrink part (at the first large picture)", named.shrink.gzip, KB],
    ["acts part (at the first act)", named.acts.gzip, 4 * KB],
    ...LANGUAGES.map((language) => [
      `receipt part, ${language} (after Allow)`,
      named[`receipt-${language}`].gzip,
      3.5 * KB,
    ]),
    // But the preview, which only the customer can ask for.
    // A quarter of a KB more than half ones: for a first walk that takes three quarters of the time.
    [
      "all a session loads",
      loader.gzip +
        ["session-de", "view", "assets", "acts", "receipt-de"].reduce((sum, name) => sum + named[name].gzip, 0),
      44.75 * KB,
    ],
    ["outline part (of pages that are too much)", named.outline.gzip, 2 * KB],
    ["digest (for tests)", named.digest.gzip, KB],
    ["preview part (where asked for)", named.preview.gzip, 23 * KB],
    ["code entry", named.entry.gzip, 4 * KB],
    ["join page", named.join.gzip, 4 * KB],
    ["console", named.console.gzip, null],
    ["mirror", named.mirror.gzip, null],
    ["check (for a site's CI)", named.check.gzip, null],
  ];
  report(budgets);
  if (budgets.some(([, size, limit]) => limit !== null && size > limit)) {
    process.stderr.write(`${basename(TARGET)}: over budget, see the table.\n`);
    process.exitCode = 1;
  }
}

function report(budgets) {
  const line = (cells) => `${cells[0].padEnd(28)}${cells[1].padStart(10)}${cells[2].padStart(10)}  ${cells[3]}\n`;
  process.stdout.write(line(["gzip", "bytes", "budget", ""]));
  for (const [what, size, limit] of budgets) {
    const verdict = limit === null ? "" : size > limit ? "OVER" : "ok";
    process.stdout.write(line([what, String(size), limit === null ? "-" : String(limit), verdict]));
  }
}

await main();
