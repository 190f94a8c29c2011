import { expect, type Page } from "@playwright/test";
import type { Stack } from "./stack";

export const demo = { login: "camille.demo", password: "demo-camille" };
export const nadia = { login: "nadia.demo", password: "demo-nadia" };
/** An offer that nothing is wrong with. */
export const text = "Bonjour, je propose de reprendre ce service pas à pas, avec des tests à chaque étape, une livraison par semaine et un point court chaque vendredi.";

/** Opens the window; whatever it reports as an error fails the test. `freezePrototype` as the desktop shell has it. */
export async function openApp(page: Page, stack: Stack): Promise<string[]> {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !/net::ERR|WebSocket|Failed to load resource/.test(message.text())) errors.push(message.text());
  });
  await page.addInitScript("Object.freeze(Object.prototype)");
  await page.goto(stack.appUrl);
  return errors;
}

/** Signs in as a person would: in a second page, on the platform's own pages. */
export async function signIn(page: Page, who = demo): Promise<void> {
  await page.getByTestId("signin-button").click();
  await allow(page, who);
  await expect(page.getByTestId("nav-missions")).toBeVisible();
}

/** What a person does in the browser once the window waits for it. */
export async function allow(page: Page, who = demo): Promise<void> {
  const url = await page.getByTestId("signin-link").inputValue();
  const browser = await page.context().newPage();
  await browser.goto(url);
  if (await browser.locator("[name=login]").isVisible()) {
    await browser.locator("[name=login]").fill(who.login);
    await browser.locator("[name=password]").fill(who.password);
    await browser.locator("#login-submit").click();
  }
  await browser.locator("#consent-allow").click();
  await expect(page.getByTestId("signin-waiting")).toBeHidden();
  await browser.close();
}

/** Signs in unless this profile already is. */
export async function enter(page: Page, stack: Stack, who = demo): Promise<string[]> {
  const errors = await openApp(page, stack);
  await expect(page.getByTestId("signin-button").or(page.getByTestId("nav-missions"))).toBeVisible();
  if (await page.getByTestId("signin-button").isVisible()) await signIn(page, who);
  await synced(page);
  return errors;
}

/** The feed has rows and the first sync is over. */
export async function synced(page: Page): Promise<void> {
  await expect(page.getByTestId("project-row").first()).toBeVisible({ timeout: 30_000 });
  // Before the first sync begins the phase is idle too, but nothing is as of any time.
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-as-of", /\d/, { timeout: 60_000 });
  await expect(page.getByTestId("sync-state")).toHaveAttribute("data-phase", "idle", { timeout: 60_000 });
  // The feed reads the last rows a moment after the core has them.
  await expect(async () => {
    const before = await total(page);
    await page.waitForTimeout(300);
    expect(await total(page)).toBe(before);
  }).toPass();
}

/** Opens the first project of the feed that takes an offer from us, and that has none yet. */
export async function openBiddable(page: Page, skip = 0): Promise<void> {
  const before = await total(page);
  await page.getByTestId("filters-button").click();
  await page.getByTestId("filter-not-bid").check();
  await page.keyboard.press("Escape");
  await expect.poll(() => total(page)).not.toBe(before);
  let left = skip;
  for (let index = 0; index < 8; index += 1) {
    const row = page.getByTestId("project-row").nth(index);
    const id = await row.getAttribute("data-id");
    await row.click();
    await expect(page).toHaveURL(new RegExp(`/projects/${id}$`));
    await expect(page.getByTestId("project-title")).toBeVisible();
    const button = page.getByTestId("bid-button");
    if ((await button.count()) > 0 && (await button.isEnabled()) && (await button.textContent())?.includes("Faire") && left-- === 0) break;
  }
  await page.getByTestId("filter-chip").click();
  await expect.poll(() => total(page)).toBe(before);
}

export async function total(page: Page): Promise<number> {
  return Number(await page.getByTestId("feed-count").getAttribute("data-total"));
}

/** Opens the menu of the account. */
export async function menu(page: Page): Promise<void> {
  await page.getByTestId("account-menu").click();
  await expect(page.getByTestId("sign-out")).toBeVisible();
}

export async function settings(page: Page, theme: "light" | "dark", locale: "fr" | "en"): Promise<void> {
  await page.getByTestId("account-menu").click();
  await page.getByTestId(`theme-${theme}`).click();
  await page.getByTestId(`lang-${locale}`).click();
  await page.keyboard.press("Escape");
  await expect(page.locator("html")).toHaveAttribute("lang", locale);
  await expect(page.locator("html")).toHaveAttribute("data-theme", theme);
}

/** A command, as a screen sends it. */
export async function call(window: Page, name: string, request: object): Promise<unknown> {
  return await window.evaluate(
    async ([name, request]) => {
      const token = sessionStorage.getItem("bridge-token") ?? "";
      const answer = await fetch(`/call/${name}`, { method: "POST", headers: { "Content-Type": "application/json", Authorization: `Bearer ${token}` }, body: JSON.stringify(request) });
      return (await answer.json()) as unknown;
    },
    [name, request] as const,
  );
}
