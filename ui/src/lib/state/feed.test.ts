import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { Client } from "$lib/query/client";
import { HeldHost, settled } from "$lib/query/testing";
import { Feed, noFilters, PAGE } from "./feed.svelte";

let host: HeldHost;
let feed: Feed;
afterEach(() => vi.useRealTimers());
type Ask = { query: string; offset: number };
const asked = (call: number): Ask => host.calls[call]?.request as Ask;
const rows = (prefix: string, offset: number, count: number): object[] => Array.from({ length: count }, (_, index) => ({ id: `${prefix}${offset + index}` }));
const answer = (call: number, prefix: string, total: number): void => {
  const { offset } = asked(call);
  host.calls[call]?.answer({ rows: rows(prefix, offset, Math.min(PAGE, total - offset)), total, offset, took_ms: 1 });
};

beforeEach(() => {
  host = new HeldHost();
  feed = new Feed(new Client(host));
});

test("the latest question wins, whatever the order of the answers", async () => {
  feed.query = "r";
  void feed.search();
  feed.query = "ru";
  void feed.search();
  answer(1, "ru", 3);
  await settled();
  answer(0, "r", 900);
  await settled();
  expect(feed.total).toBe(3);
  expect(feed.row(0)?.id).toBe("ru0");
});

test("a hundred thousand rows are read a page at a time, once each", async () => {
  void feed.search();
  answer(0, "a", 100_000);
  await settled();
  feed.show(54_190, 54_210);
  feed.show(54_190, 54_210);
  expect(host.calls.slice(1).map((call) => (call.request as Ask).offset)).toEqual([54_100, 54_200]);
  answer(1, "a", 100_000);
  answer(2, "a", 100_000);
  await settled();
  expect(feed.row(54_205)?.id).toBe("a54205");
  expect(feed.row(200)).toBeUndefined();
});

test("old rows stay while a new question is asked, and after it failed", async () => {
  void feed.search();
  answer(0, "a", 10);
  await settled();
  feed.query = "x";
  void feed.search();
  expect(feed.row(0)?.id).toBe("a0");
  host.calls[1]?.refuse({ code: "storage", params: {} });
  await settled();
  expect(feed.row(0)?.id).toBe("a0");
  expect(feed.error?.code).toBe("storage");
});

test("when rows arrive above, the view is told how far its own moved", async () => {
  void feed.search();
  answer(0, "a", 50);
  await settled();
  feed.show(0, 10);
  void feed.refresh();
  host.calls[1]?.answer({ rows: [{ id: "new1" }, { id: "new2" }, ...rows("a", 0, 50)], total: 52, offset: 0, took_ms: 1 });
  await settled();
  expect(feed.moved).toEqual({ from: 0, to: 2 });
  expect(feed.indexOf("a0")).toBe(2);
});

test("typing asks once it pauses", async () => {
  vi.useFakeTimers();
  for (const query of ["r", "ru", "rus", "rust"]) feed.change({ query });
  expect(host.calls).toHaveLength(0);
  await vi.advanceTimersByTimeAsync(80);
  expect(host.calls.map((call) => (call.request as Ask).query)).toEqual(["rust"]);
});

test("each filter away from its rest counts as one", () => {
  feed.filters = { ...noFilters, skills: ["rust"], remote: false, budget_min: 500 };
  expect(feed.activeFilters).toBe(3);
  feed.filters = noFilters;
  expect(feed.activeFilters).toBe(0);
});
