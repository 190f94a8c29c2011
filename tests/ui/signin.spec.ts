import { expect, test } from "@playwright/test";
import { openApp, signIn, synced } from "./app";
import { Stack } from "./stack";

let stack: Stack;
test.beforeAll(async () => {
  stack = await Stack.start({ seed: "120" });
});
test.afterAll(() => stack.stop());

test("signing in happens in the browser, and lands on the feed", async ({ page }) => {
  const errors = await openApp(page, stack);
  await signIn(page);
  await synced(page);
  expect(errors).toEqual([]);
});
