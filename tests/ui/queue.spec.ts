import { expect, test, type Page } from "@playwright/test";
import { call, enter, openApp, settings } from "./app";
import { look, looks } from "./audit";
import { Stack } from "./stack";

// Two devices of one account: what one changes while the other sleeps is compared when it wakes up.
let stack: Stack;
let elsewhere: Stack;
let page: Page;
let other: Page;
test.describe.configure({ mode: "serial" });
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "120" });
  elsewhere = await Stack.beside(stack);
  page = await (await browser.newContext()).newPage();
  other = await (await browser.newContext()).newPage();
  await enter(page, stack);
  await enter(other, elsewhere);
});
test.afterAll(async () => {
  await elsewhere.stop();
  await stack.stop();
});

async function names(window: Page): Promise<string[]> {
  const rows = (await call(window, "resources_list", { kind: "saved_search", parent: null })) as { data: { name: string } }[];
  return rows.map((row) => row.data.name);
}

test("what was changed on two devices is shown side by side, and the person chooses", async () => {
  const rows = (await call(page, "resources_list", { kind: "saved_search", parent: null })) as { data: { id: string; name: string } }[];
  const search = rows[0]?.data ?? { id: "", name: "" };
  await stack.stopPlatform();
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-online", "false", { timeout: 40_000 });
  await call(page, "write_queue", { op: "editSavedSearch", target: search.id, body: { name: "Nommée ici" } });
  await page.getByTestId("nav-queue").click();
  await expect(page.getByTestId("queue-row")).toContainText("Modification de recherche");
  await stack.stopBridge();
  await stack.startPlatform();
  await call(other, "sync_now", {});
  await call(other, "write_queue", { op: "editSavedSearch", target: search.id, body: { name: "Nommée ailleurs" } });
  await expect.poll(async () => ((await call(other, "queue_list", {})) as { acts: unknown[] }).acts.length, { timeout: 40_000 }).toBe(0);

  await stack.startBridge();
  await openApp(page, stack);
  await page.getByTestId("nav-queue").click();
  const row = page.getByTestId("queue-row");
  await expect(row).toHaveAttribute("data-state", "conflict", { timeout: 40_000 });
  await row.getByTestId("queue-merge").click();
  const dialog = page.getByTestId("merge-dialog");
  await expect(dialog.getByTestId("merge-field")).toHaveAttribute("data-field", "name");
  await expect(dialog).toContainText(search.name);
  await expect(dialog).toContainText("Nommée ici");
  await expect(dialog).toContainText("Nommée ailleurs");
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  for (const { theme, locale } of looks) {
    await settings(page, theme, locale);
    await look(page, `queue conflict ${theme} ${locale}`);
    await row.getByTestId("queue-merge").click();
    await look(page, `merge ${theme} ${locale}`);
    await page.keyboard.press("Escape");
  }
  await settings(page, "light", "fr");

  // By keyboard: the arrow goes to the other version, and back.
  await row.getByTestId("queue-merge").press("Enter");
  await dialog.getByTestId("merge-mine").focus();
  await page.keyboard.press("ArrowDown");
  await expect(dialog.getByTestId("merge-theirs")).toBeChecked();
  await page.keyboard.press("ArrowUp");
  await expect(dialog.getByTestId("merge-mine")).toBeChecked();
  await dialog.getByTestId("merge-apply").press("Enter");
  await expect(page.getByTestId("queue-row")).toHaveCount(0, { timeout: 40_000 });
  await expect(page.getByTestId("queue-delivered-row").first()).toContainText("Modification de recherche");
  await expect.poll(() => names(other), { timeout: 40_000 }).toContain("Nommée ici");
});
