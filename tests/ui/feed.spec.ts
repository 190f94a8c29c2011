import { expect, test, type Page } from "@playwright/test";
import { enter, total } from "./app";
import { Stack } from "./stack";

let stack: Stack;
let page: Page;
let all = 0;
test.describe.configure({ mode: "serial" });
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "demo" });
  page = await (await browser.newContext()).newPage();
  await enter(page, stack);
  all = await total(page);
});
test.afterAll(() => stack.stop());

const rows = (): ReturnType<Page["getByTestId"]> => page.getByTestId("project-row");
const search = (text: string): Promise<void> => page.getByTestId("search-input").fill(text);
async function changed(from: number): Promise<number> {
  await expect.poll(() => total(page)).not.toBe(from);
  return total(page);
}
async function cleared(): Promise<void> {
  await expect.poll(() => total(page)).toBe(all);
}

test("typing finds without accents or case, and marks every hit", async () => {
  await search("DEVELOPPEUR rust");
  const found = await changed(all);
  expect(found).toBeLessThan(all);
  await expect(rows().first().locator("mark").first()).toBeVisible();
  const marks = await rows().locator("mark").allTextContents();
  for (const mark of marks) expect(mark.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase()).toMatch(/developpeu|rust/);
  await search("");
  await cleared();
  await expect(rows().locator("mark")).toHaveCount(0);
});

test("the query language narrows, and its opposite does too", async () => {
  await search("skill:rust");
  const having = await changed(all);
  await search("-skill:rust");
  const lacking = await changed(having);
  expect(having + lacking).toBe(all);
  await search("");
  await cleared();
});

test("typing fast shows the answer to the last word typed", async () => {
  await search("postgresql");
  const wanted = await changed(all);
  await search("");
  await cleared();
  await page.getByTestId("search-input").pressSequentially("postgresql", { delay: 8 });
  await expect.poll(() => total(page)).toBe(wanted);
  // An answer to "p" or "post" that came late would change it again.
  await page.waitForTimeout(300);
  expect(await total(page)).toBe(wanted);
  await search("");
  await cleared();
});

test("a filter and its opposite split the feed; its chip takes it away", async () => {
  await page.getByTestId("filters-button").click();
  await page.getByTestId("filter-kind-hourly").click();
  const hourly = await changed(all);
  await page.getByTestId("filter-kind-fixed").click();
  const fixed = await changed(hourly);
  expect(hourly + fixed).toBe(all);
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("filter-chip")).toHaveText("Forfait");
  await page.getByTestId("filter-chip").click();
  await cleared();
  await expect(page.getByTestId("filter-chips")).toHaveCount(0);
});

test("each filter narrows and every row shown obeys it", async () => {
  await page.getByTestId("filters-button").click();
  await page.getByTestId("filter-verified").check();
  const verified = await changed(all);
  await page.getByTestId("filter-budget-min").fill("5000");
  const rich = await changed(verified);
  await page.getByTestId("filter-bids-max").selectOption("5");
  const quiet = await changed(rich);
  expect(quiet).toBeLessThan(rich);
  expect(rich).toBeLessThan(verified);
  await page.keyboard.press("Escape");
  for (const row of await rows().all()) await expect(row.getByText("Client vérifié")).toHaveCount(1);
  await expect(page.getByTestId("filter-chip")).toHaveCount(3);
  await page.getByTestId("filters-button").click();
  await page.getByTestId("filter-reset").click();
  await page.keyboard.press("Escape");
  await cleared();
});

test("nothing found says why and offers the way back", async () => {
  await search("zzzintrouvable");
  await expect(page.getByTestId("feed-empty")).toContainText("Aucune mission ne correspond");
  await page.getByTestId("feed-empty").getByRole("button").click();
  await cleared();
});

test("sorting changes the order, not the rows", async () => {
  const ids = (): Promise<(string | null)[]> => rows().evaluateAll((elements) => elements.map((element) => element.getAttribute("data-id")));
  const newest = await ids();
  await page.getByTestId("feed-sort").selectOption("fewest-bids");
  await expect.poll(ids).not.toEqual(newest);
  expect(await total(page)).toBe(all);
  const texts = await rows().allTextContents();
  const counts = texts.flatMap((text) => /(\d+)\soffres?/.exec(text)?.[1] ?? []).map(Number);
  expect(counts).toEqual([...counts].sort((one, other) => one - other));
  await page.getByTestId("feed-sort").selectOption("newest");
  await expect.poll(ids).toEqual(newest);
});

test("J, K, Enter and / work the feed without a mouse", async () => {
  await page.getByTestId("feed-list").focus();
  await page.keyboard.press("j");
  const first = await page.getByTestId("project-title").textContent();
  await page.keyboard.press("j");
  await expect(page.getByTestId("project-title")).not.toHaveText(first ?? "");
  await page.keyboard.press("k");
  await expect(page.getByTestId("project-title")).toHaveText(first ?? "");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("project-page")).toBeFocused();
  await page.keyboard.press("/");
  await expect(page.getByTestId("search-input")).toBeFocused();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("feed-list")).toBeFocused();
});

test("two thousand rows scroll with only those in view in the page", async () => {
  const list = page.getByTestId("feed-list");
  await list.evaluate((element) => (element.scrollTop = element.scrollHeight));
  await expect(page.locator(`[role=option][aria-posinset="${all}"] [data-testid=project-row]`)).toBeVisible();
  expect(await list.locator("[role=option]").count()).toBeLessThan(40);
  await list.evaluate((element) => (element.scrollTop = 0));
  await expect(page.locator('[role=option][aria-posinset="1"] [data-testid=project-row]')).toBeVisible();
});

test("a project shows its facts, its client and similar ones", async () => {
  await rows().nth(3).click();
  await expect(page.getByTestId("project-description")).not.toBeEmpty();
  await expect(page.getByTestId("client-card")).toContainText("Taux d’embauche");
  const title = await page.getByTestId("project-title").textContent();
  await page.getByTestId("similar-project").first().click();
  await expect(page.getByTestId("project-title")).not.toHaveText(title ?? "");
  await page.goBack();
  await expect(page.getByTestId("project-title")).toHaveText(title ?? "");
});

test("the palette finds actions and projects, and focus returns", async () => {
  await page.getByTestId("feed-list").focus();
  await page.keyboard.press("Control+k");
  await page.getByTestId("palette-input").fill("rust");
  await expect(page.getByTestId("palette-project").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.getByTestId("palette")).toHaveCount(0);
  await expect(page.getByTestId("feed-list")).toBeFocused();
  await page.keyboard.press("Control+k");
  await page.getByTestId("palette-input").fill("file d");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("File d’envoi");
  await page.keyboard.press("g");
  await page.keyboard.press("m");
  await expect(page.getByTestId("feed-list")).toBeVisible();
  await page.keyboard.press("?");
  await expect(page.getByTestId("shortcut-sheet")).toBeVisible();
  await page.keyboard.press("Escape");
});

test("the list can be made wider by keyboard, and stays so", async () => {
  const handle = page.getByRole("separator", { name: "Largeur de la liste" });
  const before = Number(await handle.getAttribute("aria-valuenow"));
  await handle.focus();
  await page.keyboard.press("ArrowRight");
  await expect(handle).toHaveAttribute("aria-valuenow", String(before + 16));
  await page.reload();
  await expect(page.getByRole("separator", { name: "Largeur de la liste" })).toHaveAttribute("aria-valuenow", String(before + 16));
});

test("a narrow window shows the list or the detail, with a way back", async () => {
  await page.setViewportSize({ width: 760, height: 700 });
  await page.getByTestId("nav-missions").click();
  await expect(page.getByTestId("feed-list")).toBeVisible();
  await rows().first().click();
  await expect(page.getByTestId("feed-list")).toBeHidden();
  await page.getByTestId("back").click();
  await expect(page.getByTestId("feed-list")).toBeVisible();
  await page.setViewportSize({ width: 1280, height: 800 });
});
