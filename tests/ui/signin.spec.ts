import { expect, test } from "@playwright/test";
import { enter, openApp, openBiddable, settings, signIn, synced } from "./app";
import { Stack } from "./stack";

let stack: Stack;
test.beforeAll(async () => {
  stack = await Stack.start({ seed: "120" });
});
test.afterAll(() => stack.stop());

test("the first screen says what this is, in the language and theme chosen", async ({ page }) => {
  await openApp(page, stack);
  await expect(page.getByRole("heading", { level: 1 })).toHaveText("Prestataires");
  await page.getByTestId("lang-en").click();
  await expect(page.getByTestId("signin-button")).toHaveText("Sign in with your browser");
  await page.getByTestId("theme-dark").click();
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await page.getByTestId("lang-fr").click();
  await expect(page.getByTestId("signin-button")).toHaveText("Se connecter dans le navigateur");
  await page.getByTestId("theme-light").click();
});

test("waiting for the browser can be cancelled", async ({ page }) => {
  await openApp(page, stack);
  await page.getByTestId("signin-button").click();
  await expect(page.getByTestId("signin-waiting")).toBeVisible();
  await expect(page.getByTestId("signin-link")).toHaveValue(/code_challenge_method=S256/);
  await page.getByTestId("signin-cancel").click();
  await expect(page.getByTestId("signin-button")).toBeVisible();
  await expect(page.getByTestId("signin-error")).toHaveCount(0);
});

test("a server address that is not encrypted is refused in plain words", async ({ page }) => {
  await openApp(page, stack);
  await page.getByTestId("signin-advanced").click();
  await page.getByTestId("signin-server").fill("http://example.com");
  await page.getByTestId("signin-button").click();
  await expect(page.getByTestId("signin-error")).toContainText("https://");
  // The field stays open under the message; the right address works from there.
  await page.getByTestId("signin-server").fill(stack.platformUrl);
  await page.getByTestId("signin-button").click();
  await expect(page.getByTestId("signin-waiting")).toBeVisible();
  await page.getByTestId("signin-cancel").click();
});

test("denying access in the browser is told, and one can try again", async ({ page, context }) => {
  await openApp(page, stack);
  await page.getByTestId("signin-button").click();
  const url = await page.getByTestId("signin-link").inputValue();
  const browser = await context.newPage();
  await browser.goto(url);
  await browser.locator("[name=login]").fill("camille.demo");
  await browser.locator("[name=password]").fill("demo-camille");
  await browser.locator("#login-submit").click();
  await browser.locator("#consent-deny").click();
  await expect(page.getByTestId("signin-error")).toHaveAttribute("data-code", "sign-in-denied");
  await expect(page.getByTestId("signin-error")).toContainText("Vous avez refusé l’accès");
  await expect(page.getByTestId("signin-button")).toHaveText("Réessayer dans le navigateur");
});

test("signing in lands on the feed; theme and language stay after a reload, without a flash", async ({ page }) => {
  const errors = await openApp(page, stack);
  await signIn(page);
  await synced(page);
  await settings(page, "dark", "en");
  await page.reload();
  // theme.js has run before the app's own script: the attribute is there as soon as there is a document.
  await expect(page.locator("html")).toHaveAttribute("data-theme", "dark");
  await expect(page.getByTestId("nav-queue")).toHaveText("Outbox");
  await settings(page, "light", "fr");
  expect(errors).toEqual([]);
});

test("signing out with something unsent asks first, and staying changes nothing", async ({ page }) => {
  await enter(page, stack);
  await openBiddable(page);
  await page.getByTestId("bid-button").click();
  await page.getByTestId("bid-amount").fill("900");
  await expect(page.getByTestId("draft-saved")).toBeVisible();
  await page.getByTestId("account-menu").click();
  await page.getByTestId("sign-out").click();
  await expect(page.getByTestId("sign-out-dialog")).toContainText("ne sont que sur cet ordinateur");
  await page.getByTestId("sign-out-stay").click();
  await expect(page.getByTestId("bid-amount")).toHaveValue("900");
  await page.getByTestId("account-menu").click();
  await page.getByTestId("sign-out").click();
  await page.getByTestId("sign-out-confirm").click();
  await expect(page.getByTestId("signin-button")).toBeVisible();
});
