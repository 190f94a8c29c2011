import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { allow, enter, menu, nadia, openApp, openBiddable, settings, signIn, synced } from "./app";
import { accessible, look } from "./audit";
import { Stack } from "./stack";

const passphrase = "un cheval et une agrafe";

let stack: Stack;
test.setTimeout(180_000);
test.beforeAll(async () => {
  stack = await Stack.start({ seed: "120" });
});
test.afterAll(() => stack.stop());

/** Stops or goes on with the keyring's daemon of this stack, which is found by the home it was given. */
function signalKeyring(signal: "SIGSTOP" | "SIGCONT"): void {
  const mine = readdirSync("/proc").filter((pid) => {
    if (!/^\d+$/.test(pid)) return false;
    try {
      return readFileSync(`/proc/${pid}/comm`, "utf8").startsWith("gnome-keyring") && readFileSync(`/proc/${pid}/environ`, "utf8").includes(`HOME=${stack.dir}/`);
    } catch {
      return false; // ended meanwhile
    }
  });
  expect(mine).not.toHaveLength(0);
  for (const pid of mine) process.kill(Number(pid), signal);
}

test("a second account is added, each shows its own, and giving up brings the first back", async ({ page, browser }) => {
  const errors = await enter(page, stack);
  await openBiddable(page);
  await page.getByTestId("bid-button").click();
  await page.getByTestId("bid-text").fill("Un brouillon que personne d’autre ne voit.");
  await expect(page.getByTestId("draft-saved")).toBeVisible();
  const name = await page.getByTestId("account-menu").textContent();

  await menu(page);
  await page.getByTestId("account-add").click();
  await expect(page.getByTestId("account-back")).toBeVisible();
  await look(page, "add account light fr");
  await page.getByTestId("account-back").click();
  await expect(page.getByTestId("nav-missions")).toBeVisible();

  await menu(page);
  await page.getByTestId("account-add").click();
  await page.getByTestId("signin-button").click();
  // The other person signs in in a browser of their own.
  const url = await page.getByTestId("signin-link").inputValue();
  const other = await (await browser.newContext()).newPage();
  await other.goto(url);
  await other.locator("[name=login]").fill(nadia.login);
  await other.locator("[name=password]").fill(nadia.password);
  await other.locator("#login-submit").click();
  await other.locator("#consent-allow").click();
  await expect(page.getByTestId("account-menu")).not.toHaveText(name ?? "");
  await other.close();
  await page.getByTestId("nav-bids").click();
  await expect(page.getByTestId("bid-row")).toHaveCount(0);

  await menu(page);
  await expect(page.getByTestId("account-row")).toHaveCount(1);
  await look(page, "account menu with another light fr");
  await page.getByTestId("account-row").focus();
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("account-menu")).toHaveText(name ?? "");
  await page.getByTestId("nav-bids").click();
  await expect(page.locator("[data-testid=bid-row][data-stage=draft]")).toHaveCount(1);
  expect(errors).toEqual([]);
});

test("a keyring that asks for its password is waited for, given up, and tried again", async ({ page }) => {
  await enter(page, stack);
  signalKeyring("SIGSTOP");
  try {
    // Its name is known from before; what is needed now is its key.
    await menu(page);
    const row = page.getByTestId("account-row");
    await expect(row.or(page.getByTestId("account-add")).first()).toBeVisible();
    await row.click();
    await expect(page.getByTestId("keyring-waiting")).toBeVisible();
    await expect(page.getByTestId("keyring-cancel")).toBeInViewport();
    await page.waitForFunction(() => getComputedStyle(document.querySelector("[data-testid=keyring-waiting]") ?? document.body).opacity === "1");
    await look(page, "keyring waiting light fr");
    await page.getByTestId("keyring-cancel").click();
    await expect(page.getByTestId("signin-error")).toHaveAttribute("data-code", "keyring-locked");
    await look(page, "keyring locked light fr");
  } finally {
    signalKeyring("SIGCONT");
  }
  await page.getByTestId("keyring-retry").click();
  await expect(page.getByTestId("nav-missions")).toBeVisible();
  await menu(page);
  await page.getByTestId("account-row").click();
  await synced(page);
});

test("a passphrase locks with Ctrl L, after a restart too, and the wrong one opens nothing", async ({ page }) => {
  await enter(page, stack);
  await page.keyboard.press("Control+l");
  await expect(page.getByTestId("toast")).toContainText("Il n’y a pas encore de phrase de passe");
  await page.getByTestId("toast-action").press("Enter");
  await expect(page.getByTestId("toast")).toHaveCount(0);
  await expect(page.getByTestId("security-section")).toBeVisible();
  await expect(page.getByTestId("lock-after")).toBeDisabled();
  await page.getByTestId("passphrase-new").fill("court");
  await expect(page.getByTestId("passphrase-save")).toBeDisabled();
  await look(page, "security light fr");
  await page.getByTestId("passphrase-new").fill(passphrase);
  await page.getByTestId("passphrase-again").fill(`${passphrase} !`);
  await expect(page.getByTestId("passphrase-save")).toBeDisabled();
  await page.getByTestId("passphrase-again").fill(passphrase);
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("passphrase-current")).toBeVisible();
  await page.getByTestId("lock-after").selectOption("15");
  await page.getByTestId("key-rotate").click();
  await expect(page.getByTestId("toast").last()).toContainText("Clé changée");
  await expect(page.getByTestId("lock-after")).toHaveValue("15");
  await settings(page, "dark", "en");
  await expect(page.getByTestId("passphrase-current")).toBeVisible();
  await look(page, "security dark en");

  await page.keyboard.press("Control+l");
  await expect(page.getByTestId("lock-screen")).toBeVisible();
  await expect(page.getByTestId("unlock-passphrase")).toBeFocused();
  await look(page, "locked dark en");
  await page.getByTestId("theme-light").click();
  await page.getByTestId("lang-fr").click();
  await page.getByTestId("unlock-passphrase").fill("autre chose");
  await page.keyboard.press("Enter");
  await expect(page.getByTestId("unlock-problem")).toContainText("n’est pas la bonne");
  await look(page, "locked light fr");
  await page.getByTestId("passphrase-forgotten").click();
  await expect(page.getByTestId("forget-dialog")).toContainText("toujours chiffré");
  await accessible(page, "forgotten light fr");
  await page.keyboard.press("Escape");
  await page.getByTestId("unlock-passphrase").fill(passphrase);
  await page.getByTestId("unlock-button").click();

  await stack.stopBridge();
  await stack.startBridge();
  await openApp(page, stack);
  await expect(page.getByTestId("lock-screen")).toBeVisible();
  await expect(page.getByTestId("nav-missions")).toHaveCount(0);
  await page.getByTestId("unlock-passphrase").fill(passphrase);
  await page.keyboard.press("Enter");
  await synced(page);
});

test("without a keyring the session is kept nowhere, and that is on screen all the time", async ({ page }) => {
  const bare = await Stack.start({ seed: "60" });
  try {
    await bare.stopBridge();
    await bare.startBridge("none");
    await openApp(page, bare);
    await page.getByTestId("signin-button").click();
    await expect(page.getByTestId("signin-error")).toHaveAttribute("data-code", "keyring-absent");
    await look(page, "keyring absent light fr");
    await page.getByTestId("theme-dark").click();
    await page.getByTestId("lang-en").click();
    await look(page, "keyring absent dark en");
    await page.getByTestId("theme-light").click();
    await page.getByTestId("lang-fr").click();
    await page.getByTestId("session-only").click();
    await allow(page);
    await synced(page);
    await expect(page.getByTestId("keyring-bar")).toHaveAttribute("data-keeping", "session-only");
    await menu(page);
    await expect(page.getByTestId("account-add")).toHaveCount(0);
    await look(page, "session only light fr");
    // Ended and started again, nothing is left, and the keyring is asked again.
    await bare.stopBridge();
    await bare.startBridge();
    await openApp(page, bare);
    await expect(page.getByTestId("signin-button")).toBeVisible();
    await signIn(page);
    await expect(page.getByTestId("keyring-bar")).toHaveCount(0);
  } finally {
    await bare.stop();
  }
});
