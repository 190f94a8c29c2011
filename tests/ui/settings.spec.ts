import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { enter, menu, settings } from "./app";
import { look, looks, sizes } from "./audit";
import { Stack } from "./stack";

let stack: Stack;
let page: Page;
let errors: string[];
const parts = ["appearance", "sending", "security", "storage"] as const;

test.describe.configure({ mode: "serial" });
test.setTimeout(180_000);
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "60" });
  page = await (await browser.newContext()).newPage();
  errors = await enter(page, stack);
});
test.afterEach(() => expect(errors).toEqual([]));
test.afterAll(() => stack.stop());

async function shows(part: (typeof parts)[number]): Promise<void> {
  await expect(page.getByTestId(`${part}-section`)).toBeVisible();
  await expect(page.getByTestId(`settings-nav-${part}`)).toHaveAttribute("aria-current", "page");
  await expect(page).toHaveURL(new RegExp(`#/settings/${part}$`));
}

for (const { theme, locale } of looks) {
  test(`every section is accessible, worded and uncut: ${theme}, ${locale}`, async () => {
    await settings(page, theme, locale);
    await menu(page);
    await page.getByTestId("show-settings").click();
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const part of parts) {
        await page.getByTestId(`settings-nav-${part}`).click();
        await shows(part);
        if (part === "storage") await expect(page.getByTestId("storage-size")).toBeVisible();
        await page.evaluate(() => (document.activeElement as HTMLElement | null)?.blur());
        await look(page, `settings ${part} ${theme} ${locale} ${size.width}`);
      }
    }
  });
}

test("the sections are a list beside their page, and tabs above it in a narrow window", async () => {
  for (const { width, height } of sizes) {
    await page.setViewportSize({ width, height });
    const [first, last, section] = await Promise.all(["settings-nav-appearance", "settings-nav-storage", "storage-section"].map((id) => page.getByTestId(id).boundingBox()));
    if (width === 1280) expect(last?.y).toBeGreaterThan((first?.y ?? 0) + (first?.height ?? 0));
    else expect(last?.y).toBe(first?.y);
    if (width === 1280) expect(section?.x).toBeGreaterThan((last?.x ?? 0) + (last?.width ?? 0));
    else expect(section?.y).toBeGreaterThan((last?.y ?? 0) + (last?.height ?? 0));
  }
});

test("each section is reached by keyboard, from the palette and by its address", async () => {
  await settings(page, "light", "fr");
  await page.setViewportSize({ width: 1280, height: 800 });
  await page.getByTestId("nav-queue").click();
  await page.keyboard.press("Control+,");
  await shows("appearance");
  await page.getByTestId("settings-nav-sending").focus();
  await page.keyboard.press("Tab");
  await expect(page.getByTestId("settings-nav-security")).toBeFocused();
  await page.keyboard.press("Enter");
  await shows("security");
  await expect(page.getByTestId("settings-nav-security")).toBeFocused();
  // Walking through them is one step of the history.
  await page.goBack();
  await expect(page).toHaveURL(/#\/queue$/);

  await page.keyboard.press("Control+k");
  await page.getByTestId("palette-input").fill("ordinateur");
  await expect(page.getByTestId("palette-command")).toHaveText(/Réglages\s: Sur cet ordinateur/);
  await page.keyboard.press("Enter");
  await shows("storage");
  await menu(page);
  await page.getByTestId("show-security").click();
  await shows("security");
  await page.evaluate(() => (location.hash = "#/settings/sending"));
  await shows("sending");
});

test("how long a send can be taken back is kept over a restart", async () => {
  await expect(page.getByTestId("undo-window")).toHaveValue("5");
  await page.getByTestId("undo-window").selectOption("30");
  await page.getByTestId("settings-nav-storage").click();
  await page.getByTestId("settings-nav-sending").click();
  await expect(page.getByTestId("undo-window")).toHaveValue("30");
  await stack.stopBridge();
  // What nobody keeps is not shown as chosen.
  await page.getByTestId("undo-window").selectOption("0");
  await expect(page.getByTestId("toast")).toBeVisible();
  await expect(page.getByTestId("undo-window")).toHaveValue("30");
  await stack.startBridge();
  errors = await enter(page, stack);
  await page.evaluate(() => (location.hash = "#/settings/sending"));
  await expect(page.getByTestId("undo-window")).toHaveValue("30");
});

test("updates are paused and resumed with the space bar", async () => {
  await page.getByTestId("sync-pause").focus();
  await page.keyboard.press("Space");
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-phase", "paused");
  await expect(page.getByTestId("sync-pause")).toBeChecked();
  await look(page, "settings paused light fr");
  // What the foot of the sidebar resumes is resumed here too.
  await page.getByTestId("sync-state").click();
  await expect(page.getByTestId("sync-pause")).not.toBeChecked();
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-phase", "idle");
});

test("theme and language follow at once, and the language can be the system’s again", async () => {
  await page.getByTestId("settings-nav-appearance").click();
  await page.getByTestId("setting-theme-dark").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByTestId("setting-language").selectOption("en");
  await expect(page.locator("html")).toHaveAttribute("lang", "en");
  await page.getByTestId("setting-language").selectOption("");
  await expect(page.locator("html")).toHaveAttribute("lang", "fr");
  await page.getByTestId("setting-theme-system").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "system");
});

test("the database is checked and its care says what was done", async () => {
  await page.getByTestId("settings-nav-storage").click();
  await page.getByTestId("storage-check").click();
  await expect(page.getByTestId("storage-result")).toHaveAttribute("data-state", "sound");
  await page.getByTestId("storage-vacuum").click();
  await expect(page.getByTestId("storage-section").getByRole("status").filter({ hasText: "C’est fait." })).toHaveCount(1);
  await look(page, "settings storage cared light fr");
  await page.getByTestId("storage-keep").selectOption("90");
  await page.getByTestId("settings-nav-security").click();
  await page.getByTestId("settings-nav-storage").click();
  await expect(page.getByTestId("storage-keep")).toHaveValue("90");
});

test("a damaged file is mended, and what was kept is said until it is read", async () => {
  await stack.stopBridge();
  flipAByte(join(stack.dir, "home", "profile", "accounts"));
  await stack.startBridge();
  errors = await enter(page, stack);
  await page.evaluate(() => (location.hash = "#/settings/storage"));
  const notice = page.getByTestId("storage-notice");
  // Found at the start, after a run that was cut short, or by the check that is asked for.
  await expect(page.getByTestId("storage-size")).toBeVisible();
  if ((await notice.count()) === 0) await page.getByTestId("storage-check").click();
  await expect(notice).toHaveAttribute("data-code", /^storage-recovered/, { timeout: 60_000 });
  for (const { theme, locale } of looks) {
    await settings(page, theme, locale);
    await look(page, `storage notice ${theme} ${locale}`);
  }
  await page.getByTestId("storage-notice-dismiss").press("Enter");
  await expect(notice).toHaveCount(0);
});

/** Changes one byte of the cache: a disk that forgets. The last third of the file is the market's texts. */
function flipAByte(accounts: string): void {
  const [account = ""] = readdirSync(accounts);
  const file = join(accounts, account, "cache.db");
  const bytes = readFileSync(file);
  const at = Math.floor((Math.floor(bytes.length / 4096) * 2) / 3) * 4096 + 50;
  bytes.writeUInt8((bytes[at] ?? 0) ^ 1, at);
  writeFileSync(file, bytes);
}
