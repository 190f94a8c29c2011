import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Toasts } from "./toasts.svelte";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());
const notice = (text: string): { tone: "success"; text: () => string } => ({ tone: "success", text: () => text });

test("a notice leaves by itself, but not while it is being read", async () => {
  const toasts = new Toasts();
  toasts.show(notice("a"));
  toasts.hold();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(toasts.list).toHaveLength(1);
  toasts.release();
  await vi.advanceTimersByTimeAsync(60_000);
  expect(toasts.list).toHaveLength(0);
});

test("several deliveries are one notice that counts them", async () => {
  const toasts = new Toasts();
  for (let index = 0; index < 3; index += 1) toasts.gather("delivered", notice("one"), (count) => notice(`${count} sent`));
  expect(toasts.list.map((toast) => toast.text())).toEqual(["3 sent"]);
  await vi.advanceTimersByTimeAsync(60_000);
  toasts.gather("delivered", notice("one"), (count) => notice(`${count} sent`));
  expect(toasts.list.map((toast) => toast.text())).toEqual(["one"]);
});

test("never more than three at once", () => {
  const toasts = new Toasts();
  for (const text of ["a", "b", "c", "d"]) toasts.show(notice(text));
  expect(toasts.list.map((toast) => toast.text())).toEqual(["b", "c", "d"]);
});
