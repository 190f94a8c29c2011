import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { expect, type Page } from "@playwright/test";

const axeSource = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const messages = (name: string): Record<string, unknown> => JSON.parse(readFileSync(new URL(`../../ui/messages/${name}.json`, import.meta.url), "utf8")) as Record<string, unknown>;
const keys = new Set(Object.keys(messages("fr")));

/** axe finds nothing, at WCAG 2.2 AA and its best practices. */
export async function accessible(page: Page, where: string): Promise<void> {
  // Entering things fade in; what axe measures is how they end.
  await page.waitForTimeout(150);
  if (!(await page.evaluate(() => "axe" in globalThis))) await page.evaluate(axeSource);
  const violations = await page.evaluate(async () => {
    const axe = (globalThis as unknown as { axe: { run: (context: Document, options: object) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary: string; target: string[] }[] }[] }> } }).axe;
    const result = await axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
    // The order of headings inside a listing is its author's.
    const ours = (node: { target: string[] }): boolean => !document.querySelector(node.target[0] ?? "html")?.closest(".html");
    return result.violations
      .map((violation) => ({ ...violation, nodes: violation.id === "heading-order" ? violation.nodes.filter(ours) : violation.nodes }))
      .filter((violation) => violation.nodes.length > 0)
      .map((violation) => `${violation.id}: ${violation.nodes.slice(0, 4).map((node) => `${node.html.slice(0, 160)}\n    ${node.failureSummary}`).join("\n  ")}`);
  });
  expect.soft(violations.join("\n"), where).toBe("");
}

/** Every word on screen comes from the messages: no bare key, no unfilled parameter, nothing a formatter failed on. */
export async function worded(page: Page, where: string): Promise<void> {
  const texts = await page.evaluate(() => {
    const found: string[] = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (!node.parentElement?.closest("script, style, [data-testid=project-description], .html")) found.push(node.textContent ?? "");
    for (const element of document.querySelectorAll("[aria-label], [title], [placeholder], [alt]")) for (const name of ["aria-label", "title", "placeholder", "alt"]) found.push(element.getAttribute(name) ?? "");
    return found;
  });
  const wrong = texts.filter((text) => (text.includes("_") && keys.has(text.trim())) || /\{\w+\}|undefined|\[object |NaN|Invalid Date/.test(text));
  expect.soft(wrong, where).toEqual([]);
}

/**
 * Stretches every text by half, as a longer language would, and looks for what no longer fits: text cut without an
 * ellipsis, controls beyond the window, a page that scrolls sideways. Texts shown as data (ellipsis) may be cut.
 */
export async function stretched(page: Page, where: string): Promise<void> {
  const cut = await page.evaluate(() => {
    const walker = document.createTreeWalker(document.querySelector("dialog[open]") ?? document.body, NodeFilter.SHOW_TEXT);
    const nodes: Text[] = [];
    for (let node = walker.nextNode(); node; node = walker.nextNode()) if (/\p{L}{2}/u.test(node.textContent ?? "") && !node.parentElement?.closest("script, style, option")) nodes.push(node as Text);
    const originals = nodes.map((node) => node.textContent);
    for (const node of nodes) node.textContent = `${node.textContent ?? ""} ${"ñàéö ".repeat(Math.ceil((node.textContent ?? "").length / 10))}`.trimEnd();
    const problems: string[] = [];
    const name = (element: Element): string => `${element.localName}.${element.className} "${(element.textContent ?? "").trim().slice(0, 50)}"`;
    if (document.documentElement.scrollWidth > innerWidth) problems.push("the page scrolls sideways");
    for (const element of document.querySelectorAll("*")) {
      const sideways = getComputedStyle(element).overflowX === "auto" && element.scrollWidth > element.clientWidth + 1;
      if (sideways && !element.matches(".html pre, .html table, [data-testid=bid-board]")) problems.push(`scrolls sideways: ${name(element)}`);
    }
    for (const node of nodes) {
      const element = node.parentElement;
      if (!element || element.closest(".sr-only, [aria-hidden=true]") || getComputedStyle(element).clipPath.startsWith("inset(50%")) continue;
      const range = document.createRange();
      range.selectNodeContents(node);
      const box = range.getBoundingClientRect();
      if (box.width === 0) continue;
      let clipped = false;
      for (let around: Element | null = element; around && around !== document.body; around = around.parentElement) {
        const style = getComputedStyle(around);
        if (style.textOverflow === "ellipsis" || style.webkitLineClamp !== "none") clipped = true;
        if (/auto|scroll/.test(style.overflowX)) clipped = true;
        if (clipped) break;
        const limit = around.getBoundingClientRect();
        if (style.overflowX === "hidden" && (box.right > limit.right + 1 || box.left < limit.left - 1)) problems.push(`cut: ${name(element)}`);
        if (around.matches("button, [role=radiogroup] label, .badge") && (box.right > limit.right + 1 || box.bottom > limit.bottom + 2)) problems.push(`outside its control: ${name(element)}`);
      }
      if (!clipped && box.right > innerWidth + 1) problems.push(`beyond the window: ${name(element)}`);
    }
    nodes.forEach((node, index) => (node.textContent = originals[index] ?? ""));
    return [...new Set(problems)];
  });
  expect.soft(cut.join("\n"), where).toBe("");
}

/** All of the above; with `PRESTA_PICTURES`, a folder, a picture of it too. */
export async function look(page: Page, where: string): Promise<void> {
  await accessible(page, where);
  await worded(page, where);
  await stretched(page, where);
  if (process.env.PRESTA_PICTURES) await page.screenshot({ path: `${process.env.PRESTA_PICTURES}/${where.replaceAll(" ", "-")}.png` });
}

/** Every look a screen has to be right in. */
export const looks = (["light", "dark"] as const).flatMap((theme) => (["fr", "en"] as const).map((locale) => ({ theme, locale })));
/** The usual window and a narrow one. */
export const sizes = [
  { width: 1280, height: 800 },
  { width: 900, height: 700 },
];
