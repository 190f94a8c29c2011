import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Throttle } from "./throttle";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

test("the first run is at once, a burst is one more at the end", async () => {
  let runs = 0;
  const throttle = new Throttle(
    async () => void (runs += 1),
    () => 1_000,
  );
  for (let index = 0; index < 50; index += 1) throttle.ask();
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(999);
  expect(runs).toBe(1);
  await vi.advanceTimersByTimeAsync(1);
  expect(runs).toBe(2);
  await vi.advanceTimersByTimeAsync(5_000);
  expect(runs).toBe(2);
  throttle.ask();
  expect(runs).toBe(3);
});

test("two runs never overlap", async () => {
  let open = 0;
  let most = 0;
  const throttle = new Throttle(
    async () => {
      most = Math.max(most, (open += 1));
      await new Promise((done) => setTimeout(done, 300));
      open -= 1;
    },
    () => 10,
  );
  for (let index = 0; index < 20; index += 1) {
    throttle.ask();
    await vi.advanceTimersByTimeAsync(50);
  }
  expect(most).toBe(1);
});
