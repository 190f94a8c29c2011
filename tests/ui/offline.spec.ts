import { expect, test, type Page } from "@playwright/test";
import { enter, openBiddable, text, total } from "./app";
import { accessible } from "./audit";
import { Stack } from "./stack";

let stack: Stack;
let page: Page;
test.describe.configure({ mode: "serial" });
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "120" });
  page = await (await browser.newContext()).newPage();
  await enter(page, stack);
});
test.afterAll(() => stack.stop());

test("losing the platform is told once, with what still works", async () => {
  await stack.stopPlatform();
  await expect(page.getByTestId("offline-bar")).toBeVisible({ timeout: 40_000 });
  await expect(page.getByTestId("offline-bar")).toContainText(/depuis \d+\sh\s\d\d/);
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-online", "false");
  const all = await total(page);
  await page.getByTestId("search-input").fill("site");
  await expect.poll(() => total(page)).toBeLessThan(all);
  await page.getByTestId("search-clear").click();
  await expect.poll(() => total(page)).toBe(all);
});

test("an offer made offline waits, says so everywhere, and counts", async () => {
  await openBiddable(page);
  await page.getByTestId("bid-button").click();
  await page.getByTestId("bid-amount").fill("900");
  await page.getByTestId("bid-period").fill("9");
  await page.getByTestId("bid-text").fill(text);
  await expect(page.getByTestId("bid-submit")).toContainText("Mettre en file d’envoi");
  await page.getByTestId("bid-text").press("Control+Enter");
  await expect(page.getByTestId("project-my-bid")).toHaveAttribute("data-stage", "queued");
  await expect(page.getByTestId("offline-queued")).toContainText("1 envoi en attente");
});

test("a message written offline is shown as waiting", async () => {
  await page.getByTestId("message-button").click();
  await page.getByTestId("message-input").fill("Bonjour, une question hors ligne.");
  await page.keyboard.press("Enter");
  const bubble = page.getByTestId("message-bubble").last();
  await expect(bubble).toHaveAttribute("data-state", "queued");
  await expect(bubble).toContainText("en file d’envoi");
  await expect(page.getByTestId("message-input")).toHaveValue("");
});

test("the queue lists both; one can be taken back to its draft and queued again", async () => {
  await page.getByTestId("nav-queue").click();
  await expect(page.getByTestId("queue-row")).toHaveCount(2);
  await page.getByTestId("queue-row").filter({ hasText: "Offre" }).getByTestId("queue-edit").click();
  await expect(page.getByTestId("bid-amount")).toHaveValue(/900/);
  await page.getByTestId("bid-amount").fill("950");
  await page.getByTestId("bid-submit").click();
  await expect(page.getByTestId("project-my-bid")).toContainText("950");
});

test("discarding asks first", async () => {
  await page.getByTestId("nav-messages").click();
  await page.getByTestId("message-input").fill("À ne pas envoyer");
  await page.keyboard.press("Enter");
  await page.getByTestId("nav-queue").click();
  const unwanted = page.getByTestId("queue-row").filter({ hasText: "À ne pas envoyer" });
  await unwanted.getByTestId("queue-discard").click();
  await page.getByTestId("discard-dialog").getByRole("button", { name: "Garder" }).click();
  await expect(unwanted).toHaveCount(1);
  await unwanted.getByTestId("queue-discard").click();
  await page.getByTestId("discard-confirm").click();
  await expect(unwanted).toHaveCount(0);
});

test("everything survives the death of the app, and leaves once when the platform is back", async () => {
  await stack.stopBridge();
  await stack.startBridge();
  await page.goto(stack.appUrl);
  await page.getByTestId("nav-queue").click();
  await expect(page.getByTestId("queue-row")).toHaveCount(2);
  await stack.startPlatform();
  if (await page.getByTestId("offline-retry").isVisible()) await page.getByTestId("offline-retry").click();
  await expect(page.getByTestId("queue-row")).toHaveCount(0, { timeout: 40_000 });
  await expect(page.getByTestId("queue-delivered-row")).toHaveCount(2);
  await expect(page.getByTestId("offline-bar")).toHaveCount(0);
  await page.getByTestId("nav-messages").click();
  await page.getByTestId("thread-row").first().click();
  await expect(page.getByTestId("message-bubble").filter({ hasText: "une question hors ligne" })).toHaveCount(1);
  await expect(page.getByTestId("message-bubble").filter({ hasText: "À ne pas envoyer" })).toHaveCount(0);
});

test("what changed meanwhile is shown before and after, and nothing leaves before it is confirmed", async () => {
  await page.getByTestId("nav-missions").click();
  await stack.stopPlatform();
  await expect(page.getByTestId("offline-bar")).toBeVisible({ timeout: 40_000 });
  await openBiddable(page);
  await page.getByTestId("bid-button").click();
  await page.getByTestId("bid-amount").fill("900");
  await page.getByTestId("bid-period").fill("9");
  await page.getByTestId("bid-text").fill(text);
  await page.getByTestId("bid-submit").click();
  await expect(page.getByTestId("project-my-bid")).toHaveAttribute("data-stage", "queued");
  // The platform comes back with a smaller quota than the offer was written under.
  await stack.startPlatform(undefined, { serve: ["--bids-per-month", "1"] });
  if (await page.getByTestId("offline-retry").isVisible()) await page.getByTestId("offline-retry").click();
  await expect(page.getByTestId("project-my-bid")).toHaveAttribute("data-stage", "attention", { timeout: 40_000 });
  await page.getByTestId("project-my-bid").click();
  await expect(page.getByTestId("bid-attention").getByTestId("differences")).toContainText("Quota");
  await accessible(page, "an offer to confirm");
  await page.getByTestId("nav-queue").click();
  await expect(page.getByTestId("queue-row")).toHaveAttribute("data-state", "needs-confirmation");
  await accessible(page, "a queue with something to confirm");
});

test("an offer out of quota says so, waits, and leaves once confirmed under a new one", async () => {
  await expect(page.getByTestId("queue-row")).toContainText("quota d’offres est épuisé");
  await expect(page.getByTestId("queue-confirm")).toHaveText("Réessayer");
  await stack.stopPlatform();
  await expect(page.getByTestId("offline-bar")).toBeVisible({ timeout: 40_000 });
  await stack.startPlatform();
  if (await page.getByTestId("offline-retry").isVisible()) await page.getByTestId("offline-retry").click();
  await expect(page.getByTestId("offline-bar")).toHaveCount(0, { timeout: 40_000 });
  await page.getByTestId("queue-confirm").click();
  await expect(page.getByTestId("queue-row")).toHaveCount(0, { timeout: 20_000 });
  await expect(page.getByTestId("queue-delivered-row").first()).toContainText("Offre");
});
