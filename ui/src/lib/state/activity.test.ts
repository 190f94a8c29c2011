// @vitest-environment jsdom
import { expect, test } from "vitest";
import { watchActivity } from "./activity";

test("a sign of the person is told at once, then now and again, and no longer once stopped", () => {
  let now = 0;
  let told = 0;
  const stop = watchActivity(
    () => (told += 1),
    () => now,
  );
  window.dispatchEvent(new Event("keydown"));
  window.dispatchEvent(new Event("pointerdown"));
  expect(told).toBe(1);
  now = 14_999;
  window.dispatchEvent(new Event("wheel"));
  expect(told).toBe(1);
  now = 15_000;
  window.dispatchEvent(new Event("keydown"));
  expect(told).toBe(2);
  stop();
  now = 60_000;
  window.dispatchEvent(new Event("keydown"));
  expect(told).toBe(2);
});
