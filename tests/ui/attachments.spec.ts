import { createHash } from "node:crypto";
import { readFileSync, readdirSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Locator, type Page } from "@playwright/test";
import { call, enter, nadia, settings } from "./app";
import { look, looks } from "./audit";
import { Stack } from "./stack";

// Files from one window to the other: chosen, dropped, pasted, sent after an outage, saved on the other side.
const quote = Buffer.alloc(3_000_000, "un devis de plusieurs pages ");

let stack: Stack;
let theirs: Stack;
let page: Page;
let client: Page;
test.describe.configure({ mode: "serial" });
test.setTimeout(120_000);
test.beforeAll(async ({ browser }) => {
  stack = await Stack.start({ seed: "300" });
  theirs = await Stack.beside(stack);
  page = await (await browser.newContext()).newPage();
  client = await (await browser.newContext()).newPage();
  await enter(page, stack);
  await enter(client, theirs, nadia);
  const project = await ofTheClient();
  await page.evaluate((id) => (location.hash = `#/messages/local:${id}`), project);
  await expect(page.getByTestId("message-input")).toBeVisible();
});
test.afterAll(async () => {
  await theirs.stop();
  await stack.stop();
});

const staged = (): Locator => page.getByTestId("staged-file");
const named = (list: Locator, name: string): Locator => list.and(list.page().locator(`[data-name="${name}"]`));
const downloads = (): string => join(theirs.dir, "home", "Downloads");

/** A project of the client's about which nothing was written yet. */
async function ofTheClient(): Promise<string> {
  for (let offset = 0; ; offset += 50) {
    const { rows } = (await call(page, "projects_list", { query: "", filters: { not_bid: true }, sort: "newest", offset, limit: 50 })) as { rows: { id: string }[] };
    if (rows.length === 0) throw new Error("the client has no project");
    for (const { id } of rows) {
      const seen = (await call(page, "project_get", { project_id: id })) as { client: { display_name: string } };
      const { thread_id } = (await call(page, "thread_for_project", { project_id: id })) as { thread_id: string };
      if (seen.client.display_name === "Nadia Benali" && thread_id.startsWith("local:")) return id;
    }
  }
}

/** What the other page gets of `files`, as a drop or a paste carries them. */
function carried(files: Record<string, string>): ReturnType<Page["evaluateHandle"]> {
  return page.evaluateHandle((files) => {
    const data = new DataTransfer();
    for (const [name, text] of Object.entries(files)) data.items.add(new File([text], name, { type: "text/plain" }));
    return data;
  }, files);
}

test("files are chosen, what is too large says so, and each can be taken out by keyboard", async () => {
  const large = join(stack.dir, "film.mp4");
  writeFileSync(large, "");
  truncateSync(large, 201 * 1024 * 1024);
  const [pdf, png] = [join(stack.dir, "devis.pdf"), join(stack.dir, "esquisse.png")];
  writeFileSync(pdf, quote);
  writeFileSync(png, "une image");
  // The conversation may still be taking the focus as it opens.
  await expect(async () => {
    await page.getByTestId("attach-button").focus();
    const chooser = page.waitForEvent("filechooser", { timeout: 2_000 });
    await page.keyboard.press("Enter");
    await (await chooser).setFiles([large, pdf, png]);
  }).toPass({ timeout: 20_000 });
  await expect(named(staged(), "devis.pdf")).toHaveAttribute("data-state", "staged");
  await expect(named(staged(), "devis.pdf")).toContainText("3,0 Mo");
  await expect(named(staged(), "film.mp4")).toHaveAttribute("data-state", "failed");
  await expect(named(staged(), "film.mp4")).toContainText("trop volumineux");
  await expect(named(staged(), "film.mp4")).toContainText("200 Mio");
  await expect(named(staged(), "esquisse.png")).toHaveAttribute("data-state", "staged");
  await expect(staged()).toHaveCount(3);
  for (const { theme, locale } of looks) {
    await settings(page, theme, locale);
    await look(page, `a draft with files ${theme} ${locale}`);
  }
  await settings(page, "light", "fr");
  for (const name of ["film.mp4", "esquisse.png"]) {
    await page.getByRole("button", { name: `Retirer ${name}` }).focus();
    await page.keyboard.press("Enter");
    await expect(named(staged(), name)).toHaveCount(0);
    await expect(page.getByTestId("message-input")).toBeFocused();
  }
  await expect(staged()).toHaveCount(1);
});

test("files can be dropped on the conversation, and pasted", async () => {
  const zone = page.getByTestId("drop-zone");
  const dropped = await carried({ "note.txt": "À lire avant jeudi." });
  await zone.dispatchEvent("dragover", { dataTransfer: dropped });
  await expect(page.getByText("Déposez les fichiers")).toBeVisible();
  await zone.dispatchEvent("drop", { dataTransfer: dropped });
  await expect(page.getByText("Déposez les fichiers")).toHaveCount(0);
  await expect(named(staged(), "note.txt")).toHaveAttribute("data-state", "staged");
  const pasted = await carried({ "copie.txt": "Un extrait." });
  await page.getByTestId("message-input").evaluate((box, data) => box.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data as DataTransfer, bubbles: true, cancelable: true })), pasted);
  await expect(named(staged(), "copie.txt")).toHaveAttribute("data-state", "staged");
  await page.getByRole("button", { name: "Retirer copie.txt" }).click();
  await expect(staged()).toHaveCount(2);
});

test("what is attached survives the death of the app", async () => {
  await stack.stopBridge();
  await stack.startBridge();
  const place = new URL(page.url()).hash;
  await page.goto(stack.appUrl);
  await expect(page.getByTestId("nav-messages")).toBeVisible();
  await page.evaluate((hash) => (location.hash = hash), place);
  await expect(staged()).toHaveCount(2);
});

test("sent offline, message and files wait; online, they leave", async () => {
  await stack.stopPlatform();
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-online", "false", { timeout: 40_000 });
  await page.getByTestId("message-input").fill("Voici le devis et une note.");
  await page.keyboard.press("Enter");
  const bubble = page.getByTestId("message-bubble").last();
  await expect(bubble).toHaveAttribute("data-state", "queued");
  await expect(staged()).toHaveCount(0);
  const files = bubble.getByTestId("attachment");
  await expect(files).toHaveCount(2);
  await expect(named(files, "devis.pdf")).toHaveAttribute("data-state", "queued");
  await expect(named(files, "devis.pdf")).toContainText("en attente");
  await look(page, "a message with files that waits");
  await stack.startPlatform();
  await expect(bubble).toHaveAttribute("data-state", /sent|read/, { timeout: 60_000 });
  await expect(named(files, "devis.pdf")).toHaveAttribute("data-state", "sent");
  await expect(named(files, "note.txt")).toHaveAttribute("data-state", "sent");
});

test("the other side saves a file where downloads go, and never over another one", async () => {
  await call(client, "sync_now", {});
  await client.getByTestId("nav-messages").click();
  await client.getByTestId("thread-row").filter({ hasText: "Voici le devis et une note." }).click({ timeout: 60_000 });
  const file = named(client.getByTestId("attachment"), "devis.pdf");
  for (const name of ["devis.pdf", "devis (2).pdf"]) {
    await file.getByTestId("attachment-save").click();
    await expect(client.getByTestId("toast").filter({ hasText: `Enregistré dans vos téléchargements : ${name}` })).toBeVisible();
  }
  expect(readdirSync(downloads()).sort()).toEqual(["devis (2).pdf", "devis.pdf"]);
  const digest = (bytes: Buffer): string => createHash("sha256").update(bytes).digest("hex");
  expect(digest(readFileSync(join(downloads(), "devis.pdf")))).toBe(digest(quote));
  await expect(file.getByTestId("attachment-reveal")).toBeVisible();
  for (const { theme, locale } of looks) {
    await settings(client, theme, locale);
    await look(client, `a message with files ${theme} ${locale}`);
  }
  await settings(client, "light", "fr");
});

test("offline a file cannot be saved, and the window says so", async () => {
  await stack.stopPlatform();
  await named(client.getByTestId("attachment"), "note.txt").getByTestId("attachment-save").click();
  await expect(client.getByTestId("toast").filter({ hasText: "Pas de connexion" })).toBeVisible({ timeout: 20_000 });
  expect(readdirSync(downloads()).filter((name) => !name.endsWith(".part")).sort()).toEqual(["devis (2).pdf", "devis.pdf"]);
  await stack.startPlatform();
  await expect(client.getByTestId("sync-state")).toHaveAttribute("data-online", "true", { timeout: 60_000 });
  await named(client.getByTestId("attachment"), "note.txt").getByTestId("attachment-save").click();
  await expect.poll(() => readdirSync(downloads())).toContain("note.txt");
  expect(readFileSync(join(downloads(), "note.txt"), "utf8")).toBe("À lire avant jeudi.");
});

test("files alone are a message", async () => {
  await page.getByTestId("attach-input").setInputFiles({ name: "plan.txt", mimeType: "text/plain", buffer: Buffer.from("Un plan.") });
  await expect(staged()).toHaveAttribute("data-state", "staged");
  await page.getByTestId("message-send").click();
  const bubble = page.getByTestId("message-bubble").last();
  await expect(bubble).toHaveAttribute("data-state", /sent|read/, { timeout: 60_000 });
  await expect(named(bubble.getByTestId("attachment"), "plan.txt")).toHaveAttribute("data-state", "sent");
  await expect(page.getByTestId("thread-row").first()).toContainText("Fichier joint");
});

test("a message takes thirty files, and says so of the one more", async () => {
  const files = Array.from({ length: 31 }, (_, index) => ({ name: `page ${index + 1}.txt`, mimeType: "text/plain", buffer: Buffer.from(`Page ${index + 1}`) }));
  await page.getByTestId("attach-input").setInputFiles(files);
  await expect(page.locator("[data-testid=staged-file][data-state=staged]")).toHaveCount(30, { timeout: 30_000 });
  await expect(named(staged(), "page 31.txt")).toHaveAttribute("data-state", "failed");
  await expect(named(staged(), "page 31.txt")).toContainText("La limite est de 30");
  await look(page, "a draft with thirty files");
  await page.getByTestId("message-send").click();
  const bubble = page.getByTestId("message-bubble").last();
  await expect(bubble).toHaveAttribute("data-state", /sent|read/, { timeout: 60_000 });
  await expect(bubble.getByTestId("attachment")).toHaveCount(30);
  await expect(staged()).toHaveCount(1);
});
