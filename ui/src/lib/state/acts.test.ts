import { expect, test } from "vitest";
import { actionsFor } from "./acts.svelte";

const message = { kind: "message-send", in_doubt: false } as const;

test("what has not left can be changed and dropped", () => {
  expect(actionsFor({ ...message, state: "waiting-network" })).toEqual(["edit", "discard"]);
  expect(actionsFor({ ...message, state: "waiting-retry" })).toEqual(["retry", "edit", "discard"]);
});

test("what may have arrived is tried again, and neither changed nor dropped", () => {
  expect(actionsFor({ ...message, state: "waiting-network", in_doubt: true })).toEqual([]);
  expect(actionsFor({ ...message, state: "waiting-retry", in_doubt: true })).toEqual(["retry"]);
});

test("what stopped because its answers cannot be read is the person's to ask for again or to give up", () => {
  expect(actionsFor({ ...message, state: "in-doubt", in_doubt: true })).toEqual(["retry", "discard"]);
  expect(actionsFor({ kind: "bid-place", state: "in-doubt", in_doubt: true })).toEqual(["retry", "discard"]);
});
