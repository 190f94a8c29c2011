import { expect, test } from "vitest";
import { Saves } from "./saves";

test("a save under way is waited for, and forgotten once it is over", async () => {
  const saves = new Saves();
  let finish = (): void => undefined;
  saves.track("thr_1", new Promise<void>((done) => (finish = done)));
  expect(saves.pending("thr_2")).toBeNull();
  const waited = saves.pending("thr_1");
  expect(waited).not.toBeNull();
  finish();
  await waited;
  expect(saves.pending("thr_1")).toBeNull();
});

test("an older save that ends does not hide a newer one", async () => {
  const saves = new Saves();
  saves.track("thr_1", Promise.resolve());
  saves.track("thr_1", new Promise(() => undefined));
  await Promise.resolve();
  await Promise.resolve();
  expect(saves.pending("thr_1")).not.toBeNull();
});
