import { defineConfig } from "vitest/config";
import { compactWhitelist } from "./whitelist_compact.mjs";

export default defineConfig({
  define: { __LANG__: '"en"', __PARTS__: "{}", __WHITELIST__: JSON.stringify(compactWhitelist()) },
  test: { include: ["tests/**/*.test.ts"], environment: "happy-dom", restoreMocks: true, maxWorkers: 1 },
});
