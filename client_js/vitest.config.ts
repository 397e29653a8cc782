import { defineConfig } from "vitest/config";

export default defineConfig({
  define: { __LANG__: '"en"', __PARTS__: "{}" },
  test: { include: ["tests/**/*.test.ts"], environment: "happy-dom", restoreMocks: true, maxWorkers: 1 },
});
