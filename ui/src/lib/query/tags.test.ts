import { expect, test } from "vitest";
import { concerns, keyOf, tagsOf } from "./tags";

test("a tag ending in a colon is completed from the request", () => {
  expect(tagsOf(["project:", "bids"], { project_id: "prj_1" })).toEqual(["project:prj_1", "bids"]);
  expect(tagsOf(["thread:"], { thread_id: "thr_2", limit: 60 })).toEqual(["thread:thr_2"]);
});

test("a change concerns the reads that carry its tag, and no other", () => {
  expect(concerns(["project:prj_1"], ["project:prj_1", "bids"])).toBe(true);
  expect(concerns(["project:prj_2"], ["project:prj_1", "queue"])).toBe(false);
  expect(concerns(["project:prj_10"], ["project:prj_1"])).toBe(false);
  expect(concerns(["*"], ["queue"])).toBe(true);
  expect(concerns(["thread"], ["thread:thr_1"])).toBe(true);
});

test("the same request has the same key, another one another", () => {
  expect(keyOf("project_get", { project_id: "a" })).toBe(keyOf("project_get", { project_id: "a" }));
  expect(keyOf("project_get", { project_id: "a" })).not.toBe(keyOf("project_get", { project_id: "b" }));
});
