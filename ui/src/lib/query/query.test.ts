import { beforeEach, expect, test } from "vitest";
import { Client } from "./client";
import { Query } from "./query.svelte";
import { HeldHost, settled } from "./testing";

let host: HeldHost;
let client: Client;
let query: Query<"bid_get">;

beforeEach(() => {
  host = new HeldHost();
  client = new Client(host);
  client.start();
  query = new Query(client, "bid_get");
  query.connect();
});

const answer = (call: number, key: string): void => host.calls[call]?.answer({ key });
const shown = (): string | undefined => query.data?.key;

test("the first read shows nothing until it is answered", async () => {
  query.point({ key: "a" });
  expect(query.first).toBe(true);
  answer(0, "a");
  await settled();
  expect(shown()).toBe("a");
  expect(query.fetching).toBe(false);
});

test("an answer that a later request has overtaken is dropped", async () => {
  query.point({ key: "a" });
  query.point({ key: "b" });
  answer(1, "b");
  await settled();
  answer(0, "a");
  await settled();
  expect(shown()).toBe("b");
});

test("a change with one of its tags reads again and keeps the old data meanwhile", async () => {
  query.point({ key: "a" });
  answer(0, "a");
  await settled();
  host.emit({ type: "changed", tags: ["threads"] });
  expect(host.calls).toHaveLength(1);
  host.emit({ type: "changed", tags: ["bids"] });
  expect(host.calls).toHaveLength(2);
  expect(shown()).toBe("a");
});

test("a burst of changes costs one read more, not one each", async () => {
  query.point({ key: "a" });
  for (let index = 0; index < 5; index += 1) host.emit({ type: "changed", tags: ["bids"] });
  answer(0, "a");
  await settled();
  answer(1, "a");
  await settled();
  expect(host.calls).toHaveLength(2);
});

test("a failed refresh keeps the data and says the error; the next success clears it", async () => {
  query.point({ key: "a" });
  answer(0, "a");
  await settled();
  query.refetch();
  host.calls[1]?.refuse({ code: "storage", params: {} });
  await settled();
  expect(shown()).toBe("a");
  expect(query.error?.code).toBe("storage");
  query.refetch();
  answer(2, "a");
  await settled();
  expect(query.error).toBeNull();
});

test("whatever is thrown becomes an error with a code", async () => {
  query.point({ key: "a" });
  host.calls[0]?.refuse(new TypeError("boom"));
  await settled();
  expect(query.error?.code).toBe("internal");
});

test("going back paints the last answer at once, and reads again", async () => {
  query.point({ key: "a" });
  answer(0, "a");
  await settled();
  query.point({ key: "b" });
  expect(shown()).toBeUndefined();
  query.point({ key: "a" });
  expect(shown()).toBe("a");
  expect(query.fresh).toBe(false);
  expect(host.calls).toHaveLength(3);
  answer(2, "a");
  await settled();
  expect(query.fresh).toBe(true);
});

test("nothing of one account shows in the next", async () => {
  query.point({ key: "a" });
  answer(0, "a");
  await settled();
  client.forget();
  query.point({ key: "b" });
  query.point({ key: "a" });
  expect(shown()).toBeUndefined();
});
