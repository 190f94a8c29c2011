import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Autosave } from "./autosave";

let saved: string[];
let fail = false;
const make = (): Autosave<string> =>
  new Autosave({
    idleMs: 400,
    maxMs: 900,
    save: async (value) => {
      if (fail) throw new Error("disk full");
      saved.push(value);
    },
  });

beforeEach(() => {
  vi.useFakeTimers();
  saved = [];
  fail = false;
});
afterEach(() => vi.useRealTimers());

test("a pause saves the last value", async () => {
  const autosave = make();
  autosave.change("a");
  autosave.change("ab");
  await vi.advanceTimersByTimeAsync(399);
  expect(saved).toEqual([]);
  await vi.advanceTimersByTimeAsync(1);
  expect(saved).toEqual(["ab"]);
});

test("someone who never pauses is saved within a second all the same", async () => {
  const autosave = make();
  for (let index = 0; index < 20; index += 1) {
    autosave.change("x".repeat(index + 1));
    await vi.advanceTimersByTimeAsync(100);
  }
  expect(saved.length).toBeGreaterThanOrEqual(2);
});

test("flushing saves at once, and nothing twice", async () => {
  const autosave = make();
  autosave.change("a");
  await autosave.flush();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(saved).toEqual(["a"]);
  expect(autosave.dirty).toBe(false);
});

test("a failed save is kept and saved by the next flush", async () => {
  const autosave = make();
  fail = true;
  autosave.change("a");
  await autosave.flush();
  expect(autosave.dirty).toBe(true);
  fail = false;
  await autosave.flush();
  expect(saved).toEqual(["a"]);
});

test("what was sent is not saved again", async () => {
  const autosave = make();
  autosave.change("a");
  await autosave.cancel();
  await vi.advanceTimersByTimeAsync(2_000);
  expect(saved).toEqual([]);
});
