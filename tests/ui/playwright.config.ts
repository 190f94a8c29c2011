import { defineConfig } from "@playwright/test";

// The window in a browser, over presta-bridge, against a real presta-platform: nothing is mocked.
export default defineConfig({
  testDir: ".",
  outputDir: "../../ui/test-results",
  timeout: 60_000,
  expect: { timeout: 10_000 },
  workers: 1,
  fullyParallel: false,
  reporter: process.env.CI ? "line" : "list",
  use: {
    viewport: { width: 1280, height: 800 },
    screenshot: "only-on-failure",
    locale: "fr-FR",
    timezoneId: "Europe/Paris",
    actionTimeout: 10_000,
    launchOptions: {
      executablePath: process.env.PRESTA_CHROMIUM ?? "/usr/bin/chromium",
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking"],
    },
  },
});
