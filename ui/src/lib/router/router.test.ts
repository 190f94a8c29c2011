import { beforeEach, expect, test } from "vitest";
import { Router } from "./router.svelte";
import { home, toComposer, toProject } from "./routes";

beforeEach(() => history.replaceState(null, "", "#/"));

test("going somewhere changes the address and can be gone back from", async () => {
  const router = new Router();
  const stop = router.start();
  router.go(toProject("a"));
  router.go(toComposer("a"));
  expect(location.hash).toBe("#/projects/a/bid");
  const popped = new Promise((done) => window.addEventListener("popstate", done, { once: true }));
  router.back(home);
  await popped;
  expect(router.route).toEqual(toProject("a"));
  stop();
});

test("the same place twice is one entry", () => {
  const router = new Router();
  router.go(toProject("a"));
  const { length } = history;
  router.go(toProject("a"));
  expect(history.length).toBe(length);
});

test("walking through a list refines one entry", () => {
  const router = new Router();
  router.go(toProject("a"));
  const { length } = history;
  router.replace(toProject("b"));
  expect(history.length).toBe(length);
  expect(router.route).toEqual(toProject("b"));
});

test("back from where the visit began goes to the given place", () => {
  history.replaceState(null, "", "#/projects/a/bid");
  const router = new Router();
  router.back(toProject("a"));
  expect(router.route).toEqual(toProject("a"));
});
