import { expect, test, type Page } from "@playwright/test";
import { enter, openBiddable, text } from "./app";
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

const field = (name: string): ReturnType<Page["getByTestId"]> => page.getByTestId(name);
const plain = (value: string | null): string => (value ?? "").replace(/\s/g, " ");

test("nothing is red before something was typed, everything is after trying to send", async () => {
  await openBiddable(page);
  await page.keyboard.press("b");
  await expect(field("bid-amount")).toBeFocused();
  await expect(page.locator("[data-testid^=problem-]")).toHaveCount(0);
  await field("bid-submit").click();
  for (const name of ["amount", "period_days", "text"]) await expect(field(`problem-${name}`)).toBeVisible();
  await expect(field("bid-amount")).toBeFocused();
  await expect(field("bid-amount")).toHaveAttribute("aria-invalid", "true");
});

test("amounts take a comma or a point, and the net follows", async () => {
  await field("bid-amount").fill("1 250,50");
  await expect(field("bid-net")).toHaveText(/\d/);
  const net = plain(await field("bid-net").textContent());
  await field("bid-amount").fill("1250.50");
  await expect(field("bid-net")).toHaveText(/\d/);
  expect(plain(await field("bid-net").textContent())).toBe(net);
  const gross = plain(await field("bid-gross").textContent());
  expect(gross).toContain("1 250,50");
  await expect(field("problem-amount")).toHaveCount(0);
});

test("each mistake is told beside its field, in words", async () => {
  await field("bid-amount").fill("12a");
  await field("bid-amount").blur();
  await expect(field("problem-amount")).toContainText("Écrivez un nombre");
  await field("bid-period").fill("0");
  await field("bid-period").blur();
  await expect(field("problem-period_days")).toContainText("Entre 1 et");
  await field("bid-text").fill(`${text} Écrivez-moi : camille@exemple.fr`);
  await field("bid-text").blur();
  await expect(field("problem-text")).toContainText("camille@exemple.fr");
  await field("bid-text").fill(text);
  await expect(field("problem-text")).toHaveCount(0);
});

test("a button pressed while a mistake appears under the pointer still gets its click", async () => {
  await field("bid-period").fill("");
  await field("bid-amount").fill("x");
  await field("milestone-add").click();
  await expect(field("milestone-title")).toHaveCount(1);
});

test("milestones must add up", async () => {
  await field("bid-amount").fill("1250,50");
  await field("bid-period").fill("12");
  await field("milestone-amount").fill("400");
  await field("milestone-amount").blur();
  await expect(field("problem-milestones")).toContainText("Jalon 1 : donnez-lui un intitulé.");
  await field("milestone-title").fill("Audit");
  await expect(field("milestone-rest")).toContainText("850,50");
  await field("milestone-title").blur();
  await expect(field("problem-milestones")).toContainText("400,00");
  await field("milestone-remove").click();
  await expect(field("problem-milestones")).toHaveCount(0);
});

test("the draft is saved within a second and survives a reload", async () => {
  await field("bid-text").press("End");
  await field("bid-text").pressSequentially(" Disponible lundi.", { delay: 5 });
  await page.waitForTimeout(1_000);
  await expect(field("draft-saved")).toContainText(/Brouillon enregistré à \d+\sh\s\d\d/);
  await page.reload();
  await expect(field("bid-text")).toHaveValue(`${text} Disponible lundi.`);
  await expect(field("bid-amount")).toHaveValue("1250,50");
});

test("the draft survives the death of the app", async () => {
  const here = new URL(page.url()).hash;
  await field("bid-text").press("End");
  await field("bid-text").pressSequentially(" Encore un mot.", { delay: 5 });
  await page.waitForTimeout(1_000);
  await stack.stopBridge();
  await stack.startBridge();
  await page.goto(stack.appUrl);
  await expect(page.getByTestId("nav-missions")).toBeVisible();
  await page.evaluate((hash) => {
    location.hash = hash;
  }, here);
  await expect(field("bid-text")).toHaveValue(/Disponible lundi\. Encore un mot\.$/);
});

test("an earlier version can be brought back", async () => {
  // The core gathers 20 s of typing in a version: keep typing until the next one has begun.
  await expect(async () => {
    await field("bid-amount").fill(String(1_000 + Math.floor(Math.random() * 900)));
    await field("bid-amount").blur();
    await field("draft-versions").click();
    await expect(field("draft-version").first()).toBeVisible();
    const count = await field("draft-restore").count();
    if (count === 0) await page.keyboard.press("Escape");
    expect(count).toBeGreaterThan(0);
  }).toPass({ timeout: 40_000, intervals: [2_000] });
  const earlier = field("draft-version").filter({ has: field("draft-restore") }).first();
  const wanted = await earlier.locator(".num").nth(1).textContent();
  await earlier.getByTestId("draft-restore").click();
  await expect(field("bid-amount")).toHaveValue(wanted === "–" ? "" : (wanted ?? ""));
});

test("a double click sends one offer, and the project shows it", async () => {
  await field("bid-amount").fill("1250,50");
  await field("bid-period").fill("12");
  await field("bid-text").fill(text);
  await field("bid-submit").dblclick();
  await expect(field("project-my-bid")).toHaveAttribute("data-stage", "submitted");
  await expect(field("toast")).toContainText("Offre envoyée");
  await page.getByTestId("nav-queue").click();
  await expect(page.getByTestId("queue-row")).toHaveCount(0);
  await expect(page.getByTestId("queue-delivered-row")).toHaveCount(1);
  await page.getByTestId("queue-delivered-row").getByRole("button").click();
  await expect(field("project-my-bid")).toBeVisible();
  await expect(page.getByTestId("bid-button")).toHaveCount(0);
});

test("my offers list it with its timeline, and as a card on the board", async () => {
  await field("project-my-bid").click();
  await expect(field("bid-timeline")).toContainText("Offre envoyée");
  await expect(field("bid-text-shown")).toContainText("pas à pas");
  await field("view-board").click();
  await expect(page.locator("[data-testid=bid-card][data-stage=submitted]").first()).toBeVisible();
  await page.locator("[data-testid=bid-card][data-stage=submitted]").first().click();
  await expect(field("bid-title")).toBeVisible();
});
