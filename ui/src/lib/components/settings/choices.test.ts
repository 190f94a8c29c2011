import { expect, test } from "vitest";
import { choices, limitOf, limits } from "./choices";

const words = (value: number): string => `${value} s`;

test("a value set elsewhere stands among the usual ones, in its place", () => {
  expect(choices([0, 5, 60], 7, words).map((choice) => choice.value)).toEqual(["0", "5", "7", "60"]);
  expect(choices([0, 5, 60], 5, words)).toHaveLength(3);
  expect(choices([0, 5], 0, words)[0]).toEqual({ value: "0", label: "0 s" });
});

test("no limit is the first choice, and is read back as none", () => {
  const offered = limits([30], 45, "toujours", words);
  expect(offered.map((choice) => choice.label)).toEqual(["toujours", "30 s", "45 s"]);
  expect(offered.map((choice) => limitOf(choice.value))).toEqual([null, 30, 45]);
});
