// Bundles a probe for the browser tests: `node bundle.mjs FILE [SOURCE] [--minify]` writes it as an IIFE. Members are not
// renamed.
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { AT_ONCE } from "../../eagerness.mjs";
import { whitelistPlugin } from "../../whitelist_plugin.mjs";

const here = dirname(fileURLToPath(import.meta.url));
await build({
  entryPoints: [join(here, process.argv[3] ?? "probe.ts")],
  outfile: process.argv[2],
  bundle: true,
  minify: process.argv.includes("--minify"),
  format: "iife",
  target: "es2022",
  charset: "utf8",
  plugins: [whitelistPlugin()],
  // As the part that is shipped.
  banner: { js: AT_ONCE },
});
