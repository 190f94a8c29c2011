import { beforeEach, expect, test } from "vitest";
import type { BidForm } from "$lib/backend/types";
import { Client } from "$lib/query/client";
import { HeldHost, settled } from "$lib/query/testing";
import { Composer } from "./composer.svelte";

let host: HeldHost;
let composer: Composer;
const empty: BidForm = { amount: "", period_days: "", text: "", milestones: [] };
const problem = { field: "amount", code: "amount-empty", params: {} };
const draft = (form: BidForm, problems: object[] = []): object => ({ project_id: "p", project_title: "T", currency: "EUR", hourly: false, form, saved_at: 1, checks: { amount: null, fee: null, net: null, problems }, versions: 0 });
const names = (): string[] => host.calls.map((call) => call.name);

beforeEach(async () => {
  host = new HeldHost();
  composer = new Composer(new Client(host), "p");
  void composer.load();
  host.calls[0]?.answer(draft(empty, [problem]));
  await settled();
});

test("nothing is held against an empty form before it is left or sent", () => {
  expect(composer.problems("amount")).toEqual([]);
  composer.left("amount");
  expect(composer.problems("amount")).toEqual([]);
});

test("trying to send shows every problem and keeps the draft", async () => {
  const sent = composer.submit();
  host.calls[1]?.answer(draft(empty, [problem]));
  expect(await sent).toBeNull();
  expect(names()).toEqual(["bid_draft_get", "bid_draft_save"]);
  expect(composer.problems("amount")).toHaveLength(1);
});

test("a double click sends once", async () => {
  const first = composer.submit();
  const second = composer.submit();
  host.calls[1]?.answer(draft(empty));
  await settled();
  expect(names().filter((name) => name === "bid_submit")).toHaveLength(1);
  host.calls[2]?.answer({ act_id: "act_1" });
  expect(await first).toEqual({ act_id: "act_1" });
  expect(await second).toBeNull();
});

test("when the draft cannot be saved, it is said and kept", async () => {
  composer.form.amount = "12";
  composer.changed();
  const flushed = composer.flush();
  host.calls[1]?.refuse({ code: "disk-full", params: {} });
  await flushed;
  expect(composer.saveError?.code).toBe("disk-full");
  expect(composer.form.amount).toBe("12");
});
