import { expect, test, type Page } from "@playwright/test";
import { enter, openApp, openBiddable, settings, text } from "./app";
import { accessible, looks, sizes, stretched, worded } from "./audit";
import { Stack } from "./stack";

let stack: Stack;
let page: Page;
test.describe.configure({ mode: "serial" });
test.setTimeout(240_000);
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "120" });
  page = await (await browser.newContext()).newPage();
});
test.afterAll(() => stack.stop());

/** Every screen and overlay, by how one gets there. */
const screens: Record<string, (page: Page) => Promise<void>> = {
  feed: async (page) => {
    await page.getByTestId("nav-missions").click();
    await expect(page.getByTestId("project-row").first()).toBeVisible();
  },
  search: async (page) => {
    await page.getByTestId("search-input").fill("site");
    await expect(page.locator("mark").first()).toBeVisible();
  },
  nothing: async (page) => {
    await page.getByTestId("search-input").fill("zzzintrouvable");
    await expect(page.getByTestId("feed-empty")).toBeVisible();
    await accessible(page, "nothing found");
    await page.getByTestId("search-clear").click();
    await expect(page.getByTestId("project-row").first()).toBeVisible();
  },
  project: async (page) => {
    await page.getByTestId("project-row").nth(2).click();
    await expect(page.getByTestId("client-card")).toBeVisible();
  },
  filters: async (page) => {
    await page.getByTestId("filters-button").click();
    await page.getByTestId("filter-verified").check();
  },
  chips: async (page) => {
    await page.keyboard.press("Escape");
    await expect(page.getByTestId("filter-chip")).toBeVisible();
  },
  help: async (page) => {
    await page.getByTestId("filter-chip").click();
    await page.getByTestId("search-help").click();
  },
  palette: async (page) => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+k");
    await expect(page.getByTestId("palette")).toBeVisible();
  },
  shortcuts: async (page) => {
    await page.keyboard.press("Escape");
    await page.getByTestId("account-menu").click();
    await page.getByTestId("show-shortcuts").click();
    await expect(page.getByTestId("shortcut-sheet")).toBeVisible();
  },
  account: async (page) => {
    await page.keyboard.press("Escape");
    await page.getByTestId("account-menu").click();
    await expect(page.getByTestId("sign-out")).toBeVisible();
  },
  composer: async (page) => {
    await page.keyboard.press("Escape");
    await page.getByTestId("nav-bids").click();
    await page.getByTestId("view-list").click();
    await page.locator("[data-testid=bid-row][data-stage=draft]").first().click();
    await page.getByTestId("bid-continue").click();
    await page.getByTestId("bid-submit").click();
    await expect(page.getByTestId("problem-amount")).toBeVisible();
  },
  bids: async (page) => {
    await page.getByTestId("nav-bids").click();
    await page.locator("[data-testid=bid-row]:not([data-stage=draft])").first().click();
    await expect(page.getByTestId("bid-title")).toBeVisible();
  },
  board: async (page) => {
    await page.getByTestId("view-board").click();
    await expect(page.getByTestId("bid-board")).toBeVisible();
  },
  conversation: async (page) => {
    await page.getByTestId("nav-messages").click();
    await page.getByTestId("thread-row").first().click();
    await expect(page.getByTestId("message-bubble").first()).toBeVisible();
  },
  archived: async (page) => {
    await page.getByTestId("box-archived").click();
    await expect(page.getByTestId("thread-row")).toHaveCount(0);
  },
  queue: async (page) => {
    await page.getByTestId("box-inbox").click();
    await page.getByTestId("nav-queue").click();
    await expect(page.getByTestId("queue-row").or(page.getByTestId("queue-empty")).or(page.getByTestId("queue-none")).first()).toBeVisible();
  },
};

test("sign-in, before and while waiting, in every look", async () => {
  await openApp(page, stack);
  for (const { theme, locale } of looks) {
    await page.getByTestId(`theme-${theme}`).click();
    await page.getByTestId(`lang-${locale}`).click();
    await expect(page.locator("html")).toHaveAttribute("lang", locale);
    await accessible(page, `sign-in ${theme} ${locale}`);
    await worded(page, `sign-in ${theme} ${locale}`);
    await page.getByTestId("signin-button").click();
    await expect(page.getByTestId("signin-waiting")).toBeVisible();
    await accessible(page, `waiting ${theme} ${locale}`);
    await page.getByTestId("signin-cancel").click();
  }
});

test("an account with a draft, an offer and messages", async () => {
  await page.getByTestId("lang-fr").click();
  await enter(page, stack);
  await openBiddable(page);
  await page.getByTestId("bid-button").click();
  await page.getByTestId("bid-text").fill(text);
  await expect(page.getByTestId("draft-saved")).toBeVisible();
});

for (const { theme, locale } of looks) {
  test(`every screen is accessible and worded: ${theme}, ${locale}`, async () => {
    await settings(page, theme, locale);
    for (const size of sizes) {
      await page.setViewportSize(size);
      for (const [name, go] of Object.entries(screens)) {
        await go(page);
        const where = `${name} ${theme} ${locale} ${size.width}`;
        // The tree is the same at both widths: one look at the narrow one is enough.
        if (size.width === 1280 || (theme === "light" && locale === "fr")) await accessible(page, where);
        await worded(page, where);
      }
    }
  });
}

test("nothing is cut when every text is half as long again", async () => {
  for (const size of sizes) {
    await page.setViewportSize(size);
    for (const [name, go] of Object.entries(screens)) {
      await go(page);
      await stretched(page, `${name} ${size.width}`);
    }
  }
});
