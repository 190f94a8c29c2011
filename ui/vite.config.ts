import { svelte } from "@sveltejs/vite-plugin-svelte";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const src = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  plugins: [svelte()],
  resolve: {
    alias: { $lib: src("./src/lib"), $messages: src("./messages") },
    // Unit tests mount components in jsdom: take Svelte's browser build, not the server one.
    conditions: process.env.VITEST ? ["browser"] : undefined,
  },
  // PRESTA_BRIDGE=http://127.0.0.1:PORT gives `npm run dev` in a browser a core to talk to.
  server: { port: 5183, strictPort: true, proxy: process.env.PRESTA_BRIDGE ? { "/call": process.env.PRESTA_BRIDGE, "/events": { target: process.env.PRESTA_BRIDGE, ws: true } } : {} },
  clearScreen: false,
  build: {
    outDir: "dist",
    target: ["safari17.5", "chrome123"],
    // The CSP has no data: for fonts or scripts, and no inline script.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    chunkSizeWarningLimit: 700,
  },
  test: { environment: "jsdom", include: ["src/**/*.test.ts"], restoreMocks: true },
});
