import { expect, test, type Page } from "@playwright/test";
import { enter } from "./app";
import { Stack } from "./stack";

let stack: Stack;
let page: Page;
test.describe.configure({ mode: "serial" });
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "demo", live: true });
  page = await (await browser.newContext()).newPage();
  await enter(page, stack);
  await page.getByTestId("nav-messages").click();
});
test.afterAll(() => stack.stop());

const threads = (): ReturnType<Page["getByTestId"]> => page.getByTestId("thread-row");
const input = (): ReturnType<Page["getByTestId"]> => page.getByTestId("message-input");

test("an unread conversation opens at what is new, and becomes read", async () => {
  const unread = page.locator("[data-testid=thread-row]:not([data-unread='0'])").first();
  const id = await unread.getAttribute("data-id");
  await unread.click();
  await expect(page.getByText("Nouveaux messages")).toBeVisible();
  await expect(page.locator(`[data-testid=thread-row][data-id="${id}"]`)).toHaveAttribute("data-unread", "0");
  await expect(page.getByText("Nouveaux messages")).toBeVisible();
});

test("Enter sends, Shift and Enter adds a line, and nothing is sent twice", async () => {
  await input().fill("Première ligne");
  await input().press("Shift+Enter");
  await input().pressSequentially("seconde ligne");
  await input().press("Enter");
  await input().press("Enter");
  const mine = page.getByTestId("message-bubble").filter({ hasText: "seconde ligne" });
  await expect(mine).toHaveCount(1);
  await expect(mine).toHaveAttribute("data-mine", "true");
  await expect(mine).toHaveAttribute("data-state", /sent|read/);
  await expect(input()).toBeFocused();
});

test("the other side types, then answers; the view stays at the end", async () => {
  await expect(page.getByTestId("typing")).toBeVisible({ timeout: 15_000 });
  await expect(page.getByTestId("message-bubble").last()).toHaveAttribute("data-mine", "false", { timeout: 20_000 });
  await expect(page.getByTestId("typing")).toHaveCount(0);
  await expect(page.getByTestId("message-bubble").last()).toBeInViewport();
});

test("what is being written survives going elsewhere, a reload and the death of the app", async () => {
  await input().fill("Je réfléchis encore");
  await page.getByTestId("nav-queue").click();
  await page.getByTestId("nav-messages").click();
  await expect(input()).toHaveValue("Je réfléchis encore");
  await input().press("End");
  await input().pressSequentially(" un peu");
  await page.waitForTimeout(1_000);
  await page.reload();
  await expect(input()).toHaveValue("Je réfléchis encore un peu");
  await stack.stopBridge();
  await stack.startBridge();
  await page.goto(stack.appUrl);
  await page.getByTestId("nav-messages").click();
  await expect(threads().first()).toContainText("Brouillon");
  await threads().first().click();
  await expect(input()).toHaveValue("Je réfléchis encore un peu");
  await input().fill("");
});

test("E archives, and it can be undone", async () => {
  const id = await threads().first().getAttribute("data-id");
  const row = page.locator(`[data-testid=thread-row][data-id="${id}"]`);
  await page.getByTestId("message-list").focus();
  await page.keyboard.press("e");
  await expect(row).toHaveCount(0);
  await page.getByTestId("box-archived").click();
  await expect(row).toHaveCount(1);
  await page.getByTestId("toast-action").click();
  await expect(row).toHaveCount(0);
  await page.getByTestId("box-inbox").click();
  await expect(row).toHaveCount(1);
});

test("muting is shown on the row", async () => {
  await threads().first().click();
  await page.getByTestId("thread-mute").click();
  await expect(page.getByTestId("thread-mute")).toHaveAttribute("aria-pressed", "true");
  await expect(threads().first()).toContainText("Muette");
  await page.getByTestId("thread-mute").click();
  await expect(page.getByTestId("thread-mute")).toHaveAttribute("aria-pressed", "false");
});

test("searching narrows the conversations, and says when there are none", async () => {
  const count = await threads().count();
  const name = (await threads().nth(1).locator(".with").textContent()) ?? "";
  await page.getByTestId("thread-search").fill(name.slice(0, 8));
  await expect.poll(() => threads().count()).toBeLessThan(count);
  await expect(threads().first()).toContainText(name.slice(0, 8));
  await page.getByTestId("thread-search").fill("zzzintrouvable");
  await expect(page.getByText("Aucune conversation trouvée")).toBeVisible();
  await page.getByRole("button", { name: "Effacer la recherche" }).click();
  await expect(threads()).toHaveCount(count);
});
