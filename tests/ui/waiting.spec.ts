import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { call, enter, nadia, openApp, settings, text } from "./app";
import { look, looks } from "./audit";
import { Stack } from "./stack";

// What stands still in the queue: an offer whose project was changed meanwhile, a message whose answer got lost, and one
// whose answers cannot be read.
type Project = { row: { id: string; budget_max: { amount_minor: number; currency: string } | null }; can_bid: boolean; client: { display_name: string } };

let stack: Stack;
let theirs: Stack;
let page: Page;
let client: Page;
test.describe.configure({ mode: "serial" });
test.setTimeout(180_000);
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "300" });
  theirs = await Stack.beside(stack);
  page = await (await browser.newContext()).newPage();
  client = await (await browser.newContext()).newPage();
  await enter(page, stack);
  await enter(client, theirs, nadia);
});
test.afterAll(async () => {
  await theirs.stop();
  await stack.stop();
});

/** A project of the client's that takes our offer. */
async function ofTheClient(): Promise<Project["row"]> {
  for (let offset = 0; ; offset += 50) {
    const { rows } = (await call(page, "projects_list", { query: "", filters: { not_bid: true }, sort: "newest", offset, limit: 50 })) as { rows: Project["row"][] };
    if (rows.length === 0) break;
    for (const { id } of rows) {
      const seen = (await call(page, "project_get", { project_id: id })) as Project;
      if (seen.can_bid && seen.client.display_name === "Nadia Benali" && seen.row.budget_max) return seen.row;
    }
  }
  throw new Error("the client has no open project");
}

/** The platform again; what it is sent as a message it takes, and answers in this way. */
async function answering(fault: string | object): Promise<void> {
  const faults = join(stack.dir, "faults.json");
  writeFileSync(faults, JSON.stringify({ rules: [{ match: { method: "POST", path: "/v1/threads/{id}/messages" }, fault }] }));
  await stack.startPlatform(undefined, { serve: ["--faults", faults] });
}

test("an offer waits for a decision when its project changed, and a lost answer is asked for again", async () => {
  const project = await ofTheClient();
  const budget = project.budget_max ?? { amount_minor: 0, currency: "EUR" };
  await stack.stopPlatform();
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-online", "false", { timeout: 40_000 });
  const form = { amount: String(Math.round(budget.amount_minor / 100)), period_days: "12", text, milestones: [] };
  await call(page, "bid_submit", { project_id: project.id, form });
  await page.getByTestId("nav-messages").click();
  await page.getByTestId("thread-row").first().click();
  await page.getByTestId("message-input").fill("Je passe sous un tunnel : ce message ne doit arriver qu’une fois.");
  await page.keyboard.press("Enter");
  await page.getByTestId("nav-queue").click();
  await expect(page.getByTestId("queue-row")).toHaveCount(2);
  await stack.stopBridge();

  await answering("reset_after_commit");
  await call(client, "write_queue", { op: "editProject", target: project.id, body: { budget_max: { ...budget, amount_minor: budget.amount_minor + 25_000 } } });
  await call(client, "sync_now", {});
  await expect.poll(async () => ((await call(client, "queue_list", {})) as { acts: unknown[] }).acts.length, { timeout: 40_000 }).toBe(0);

  await stack.startBridge();
  await openApp(page, stack);
  await page.getByTestId("nav-queue").click();
  const offer = page.locator("[data-testid=queue-row][data-state=needs-confirmation]");
  await expect(offer).toHaveCount(1, { timeout: 40_000 });
  await expect(offer.getByTestId("differences")).toBeVisible();
  // It did arrive, and is tried again with the same key; until the answer is known it is neither changed nor dropped.
  const message = page.getByTestId("queue-row").filter({ hasText: "sous un tunnel" });
  await expect(message).toHaveAttribute("data-state", /^waiting-/, { timeout: 40_000 });
  await expect(message.getByTestId("queue-in-doubt")).toBeVisible({ timeout: 40_000 });
  await expect(message.getByTestId("queue-discard")).toHaveCount(0);
  for (const { theme, locale } of looks) {
    await settings(page, theme, locale);
    await look(page, `queue stuck ${theme} ${locale}`);
  }
  await settings(page, "light", "fr");
  await page.setViewportSize({ width: 900, height: 700 });
  await look(page, "queue stuck light fr 900");
});

test("once the answers come, the message is one and the offer leaves by keyboard", async () => {
  await stack.stopPlatform();
  await stack.startPlatform();
  const confirm = page.getByTestId("queue-confirm");
  await confirm.press("Enter");
  await expect(page.getByTestId("queue-row")).toHaveCount(0, { timeout: 60_000 });
  await expect(page.getByTestId("queue-delivered-row")).toHaveCount(2);
});

test("a message whose answers cannot be read stops in doubt, and is one when it is asked for again", async () => {
  const told = "Une seule fois, même si les réponses sont illisibles.";
  await page.setViewportSize({ width: 1280, height: 800 });
  await stack.stopPlatform();
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-online", "false", { timeout: 40_000 });
  await page.getByTestId("nav-messages").click();
  await page.getByTestId("thread-row").first().click();
  await page.getByTestId("message-input").fill(told);
  await page.keyboard.press("Enter");
  // JSON of another shape.
  await answering({ huge: { bytes: 100 } });
  await page.getByTestId("nav-queue").click();
  const message = page.getByTestId("queue-row").filter({ hasText: told });
  // Six answers, with the pauses between them.
  await expect(message).toHaveAttribute("data-state", "in-doubt", { timeout: 120_000 });
  await expect(message).toContainText("on ne sait pas s’il a été fait");
  await expect(message.getByTestId("queue-edit")).toHaveCount(0);
  await expect(message.getByTestId("queue-discard")).toBeVisible();
  for (const { theme, locale } of looks) {
    await settings(page, theme, locale);
    await look(page, `queue in doubt ${theme} ${locale}`);
  }
  await settings(page, "light", "fr");
  await stack.stopPlatform();
  await stack.startPlatform();
  await message.getByTestId("queue-retry").press("Enter");
  await expect(page.getByTestId("queue-row")).toHaveCount(0, { timeout: 60_000 });
  await expect(page.getByTestId("queue-delivered-row")).toHaveCount(3);
  await page.getByTestId("nav-messages").click();
  await page.getByTestId("thread-row").first().click();
  await expect(page.getByTestId("message-bubble").filter({ hasText: told })).toHaveCount(1);
});
