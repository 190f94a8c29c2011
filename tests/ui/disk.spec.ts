import { expect, test, type Page } from "@playwright/test";
import { enter, openBiddable, text } from "./app";
import { accessible } from "./audit";
import { Stack } from "./stack";

let stack: Stack;
let page: Page;
test.describe.configure({ mode: "serial" });
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "120", disk: 48 });
  page = await (await browser.newContext()).newPage();
  await enter(page, stack);
});
test.afterAll(() => stack.stop());

test("a full disk is told while the text stays on the screen", async () => {
  await openBiddable(page);
  await page.getByTestId("bid-button").click();
  await page.getByTestId("bid-amount").fill("900");
  await page.getByTestId("bid-period").fill("9");
  await page.getByTestId("bid-text").fill(text);
  await expect(page.getByTestId("draft-saved")).toBeVisible();
  stack.fillDisk();
  // The log of the database takes a little where it has been before.
  const bar = page.getByTestId("storage-error");
  let typed = text;
  let round = 0;
  await expect(async () => {
    typed = `${text}${" Encore une phrase.".repeat(50 + (round % 2))} ${round++}`;
    await page.getByTestId("bid-text").fill(typed);
    await expect(bar).toBeVisible({ timeout: 400 });
  }).toPass({ timeout: 30_000, intervals: [0] });
  await expect(bar).toHaveAttribute("data-code", "disk-full");
  await expect(bar).toContainText("Libérez de la place");
  await page.getByTestId("bid-submit").click();
  await expect(page.getByTestId("bid-text")).toHaveValue(typed);
  await expect(page.getByTestId("composer").getByTestId("bid-error").or(page.getByTestId("save-error")).first()).toBeVisible();
  await accessible(page, "a full disk");
});

test("once there is room the banner goes by itself, and the offer leaves once", async () => {
  stack.freeDisk();
  await expect(page.getByTestId("storage-error")).toHaveCount(0, { timeout: 30_000 });
  await page.getByTestId("bid-text").fill(text);
  await page.getByTestId("bid-submit").click();
  await expect(page.getByTestId("project-my-bid")).toHaveAttribute("data-stage", "submitted", { timeout: 30_000 });
});

test("a file that finds no room is not attached, says so, and can be attached once there is some", async () => {
  await page.getByTestId("nav-messages").click();
  await page.getByTestId("thread-row").first().click();
  await expect(page.getByTestId("message-input")).toBeVisible();
  stack.fillDisk();
  const file = { name: "devis.pdf", mimeType: "application/pdf", buffer: Buffer.alloc(3_000_000, "un devis ") };
  await page.getByTestId("attach-input").setInputFiles(file);
  const chip = page.getByTestId("staged-file");
  await expect(chip).toHaveAttribute("data-state", "failed");
  await expect(chip).toContainText("Le disque est plein");
  await accessible(page, "a file without room");
  stack.freeDisk();
  await page.getByTestId("staged-remove").click();
  await expect(chip).toHaveCount(0);
  await page.getByTestId("attach-input").setInputFiles(file);
  await expect(chip).toHaveAttribute("data-state", "staged");
});
