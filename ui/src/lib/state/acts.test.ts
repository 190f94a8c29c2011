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
