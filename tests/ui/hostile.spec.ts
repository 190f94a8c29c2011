import { expect, test } from "@playwright/test";
import { enter, openApp } from "./app";
import { Stack } from "./stack";

const outside = "https://piege.example";
const attacks = [
  "<script>window.hacked = 1</script>",
  '<img src=x onerror="window.hacked = 2">',
  `<img src="${outside}/pixel.png">`,
  "<svg onload=window.hacked=3><script>window.hacked=4</script></svg>",
  "<math><mtext></mtext><mglyph><style><img src=x onerror=window.hacked=5></style></mglyph></math>",
  `<iframe src="${outside}/"></iframe><object data="${outside}"></object><embed src="${outside}">`,
  `<form action="${outside}"><input name=a><button>ok</button></form>`,
  '<a href="javascript:window.hacked=6">clic</a> [markdown](javascript:window.hacked=7)',
  `<a href="data:text/html,<script>window.hacked=8</script>">donnée</a>`,
  `<link rel=stylesheet href="${outside}/x.css"><style>body{display:none}</style><base href="${outside}/">`,
  '<div style="position:fixed;inset:0;background:red" onclick="window.hacked=9" id="app" class="shell">cache</div>',
  `<meta http-equiv="refresh" content="0;url=${outside}">`,
  `[lien https](${outside}/bon) <${outside}/auto>`,
];
const base = { skills: [], category: "web", type: "fixed", budget_min: 500, budget_max: 900, currency: "EUR", country: "FR", posted_at: "2026-11-20T10:00:00Z" };

let stack: Stack;
test.beforeAll(async () => {
  const long = "anticonstitutionnellement".repeat(60);
  stack = await Stack.start({
    seed: "5",
    listings: [
      ...attacks.map((attack, index) => ({ ...base, title: `Attaque ${index} <b onmouseover=window.hacked=10>gras</b>`, description: `Avant.\n\n${attack}\n\nAprès.` })),
      { ...base, title: `Très long ${long}`, description: `${long}\n\n\`\`\`\n${long}\n\`\`\`\n\n| ${long} | b |\n|---|---|\n| 1 | 2 |` },
    ],
  });
});
test.afterAll(() => stack.stop());

test("hostile listings are inert: nothing runs, nothing leaves, nothing navigates", async ({ page }) => {
  const requests: string[] = [];
  const errors = await enter(page, stack);
  page.on("request", (request) => {
    if (!request.url().startsWith(new URL(stack.appUrl).origin)) requests.push(request.url());
  });
  await page.getByTestId("search-input").fill("Attaque");
  await expect.poll(async () => Number(await page.getByTestId("feed-count").getAttribute("data-total"))).toBe(attacks.length);
  const origin = new URL(page.url()).origin;
  for (let index = 0; index < attacks.length; index += 1) {
    await page.getByTestId("project-row").nth(index).click();
    await expect(page.getByTestId("project-title")).toContainText("<b onmouseover=");
    const description = page.getByTestId("project-description");
    await expect(description).toContainText("Avant.");
    const found = await description.evaluate((root) => [...root.querySelectorAll("*")].map((element) => ({ tag: element.localName, attributes: Object.fromEntries([...element.attributes].map(({ name, value }) => [name, value])) })));
    for (const { tag, attributes } of found) {
      expect(tag, attacks[index]).toMatch(/^(p|strong|em|a|ul|ol|li|h[1-6]|code|pre|blockquote|table|thead|tbody|tr|th|td|br|hr|del|b|i|div|span)$/);
      for (const [name, value] of Object.entries(attributes)) {
        expect(name, attacks[index]).toMatch(/^(href|rel|title|align|start|lang|class)$/);
        if (name === "href") expect(value, attacks[index]).toMatch(/^(https|mailto):/);
        if (name === "class") expect(value, attacks[index]).toBe("");
      }
    }
    for (const element of await description.locator("*").all()) await element.dispatchEvent("click");
    for (const element of await description.locator("*").all()) await element.dispatchEvent("auxclick");
  }
  expect(await page.evaluate(() => (window as unknown as { hacked?: number }).hacked)).toBeUndefined();
  expect(new URL(page.url()).origin).toBe(origin);
  expect(page.context().pages()).toHaveLength(1);
  expect(requests).toEqual([]);
  expect(errors).toEqual([]);
});

test("a very long word breaks inside its column instead of pushing the window", async ({ page }) => {
  await enter(page, stack);
  await page.getByTestId("search-input").fill("Très long");
  await expect.poll(async () => page.getByTestId("feed-count").getAttribute("data-total")).toBe("1");
  await page.getByTestId("project-row").first().click();
  await expect(page.getByTestId("project-title")).toContainText("anticonstitutionnellement");
  const overflow = await page.getByTestId("project-page").evaluate((element) => element.scrollWidth - element.clientWidth);
  expect(overflow).toBeLessThanOrEqual(0);
  expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
});

test("the page carries a policy that allows no script but its own", async ({ page, request }) => {
  await openApp(page, stack);
  const answer = await request.get(new URL(stack.appUrl).origin);
  const body = await answer.text();
  expect(body).not.toMatch(/<script(?![^>]*\bsrc=)[^>]*>/);
  expect(body).not.toMatch(/https?:\/\//);
});
