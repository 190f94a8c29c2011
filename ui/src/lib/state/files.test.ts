import { beforeEach, expect, test } from "vitest";
import { Client } from "$lib/query/client";
import { HeldHost } from "$lib/query/testing";
import { Files } from "./files.svelte";

let host: HeldHost;
let files: Files;

beforeEach(() => {
  host = new HeldHost();
  const client = new Client(host);
  client.start();
  files = new Files(client);
  files.start();
});

/** The next call, once it came. */
async function next(name: string): Promise<(typeof host.calls)[number]> {
  await expect.poll(() => host.calls[0]?.name).toBe(name);
  const call = host.calls.shift();
  if (!call) throw new Error("no call");
  return call;
}
const file = (name: string, size: number): File => new File([new Uint8Array(size).fill(65)], name);

test("a file is copied piece by piece, and the next one after it", async () => {
  files.add("thr_1", [file("a.txt", 256 * 1024 + 3), file("b.txt", 0)]);
  const begin = await next("attachment_stage_begin");
  expect(begin.request).toEqual({ place: { in: "thread", id: "thr_1" }, name: "a.txt", size: 256 * 1024 + 3 });
  begin.answer({ id: "1" });
  const first = await next("attachment_stage_piece");
  expect(first.request).toMatchObject({ id: "1", offset: 0 });
  expect(files.copies[0]?.done).toBe(0);
  first.answer({});
  const second = await next("attachment_stage_piece");
  expect(second.request).toEqual({ id: "1", offset: 256 * 1024, bytes: "QUFB" });
  expect(files.copies[0]?.done).toBe(256 * 1024);
  second.answer({});
  (await next("attachment_stage_finish")).answer({ id: "1" });
  (await next("attachment_stage_begin")).answer({ id: "2" });
  (await next("attachment_stage_finish")).answer({ id: "2" });
  await expect.poll(() => files.copies.map((copy) => copy.id)).toEqual(["1", "2"]);
  files.settle(new Set(["1"]));
  expect(files.copies.map((copy) => copy.id)).toEqual(["2"]);
});

test("a file that was sent before the draft showed it is shown no more, what failed and what others have stays", async () => {
  files.add("thr_1", [file("a.txt", 0), file("b.txt", 0)]);
  files.add("thr_2", [file("c.txt", 0)]);
  (await next("attachment_stage_begin")).answer({ id: "1" });
  (await next("attachment_stage_finish")).answer({ id: "1" });
  (await next("attachment_stage_begin")).refuse({ code: "disk-full", params: {} });
  (await next("attachment_stage_begin")).answer({ id: "3" });
  (await next("attachment_stage_finish")).answer({ id: "3" });
  await expect.poll(() => files.copies.map((copy) => copy.id)).toEqual(["1", null, "3"]);
  files.left("thr_1");
  expect(files.copies.map((copy) => copy.name)).toEqual(["b.txt", "c.txt"]);
});

test("what fails says why and is given up, and the next one is copied all the same", async () => {
  files.add("thr_1", [file("a.txt", 3), file("b.txt", 0)]);
  (await next("attachment_stage_begin")).answer({ id: "1" });
  (await next("attachment_stage_piece")).refuse({ code: "disk-full", params: {} });
  const cancel = await next("attachment_stage_cancel");
  expect(cancel.request).toEqual({ id: "1" });
  cancel.answer({});
  await expect.poll(() => files.copies[0]?.error?.code).toBe("disk-full");
  (await next("attachment_stage_begin")).answer({ id: "2" });
  (await next("attachment_stage_finish")).answer({ id: "2" });
  await expect.poll(() => files.copies[1]?.id).toBe("2");
});

test("a copy that is taken out ends with its piece, and nothing of it is kept", async () => {
  files.add("thr_1", [file("a.txt", 600 * 1024)]);
  (await next("attachment_stage_begin")).answer({ id: "1" });
  const piece = await next("attachment_stage_piece");
  files.drop(files.copies[0]?.key ?? 0);
  piece.answer({});
  expect((await next("attachment_stage_cancel")).request).toEqual({ id: "1" });
  expect(files.copies).toEqual([]);
});

test("what is saved is told as it comes, and known afterwards", async () => {
  const row = { id: "att_1", name: "a.txt", size: 10, media_type: "text/plain", state: "sent", sent: 10 } as const;
  const saved = files.save("thr_1", row);
  host.emit({ type: "download", progress: { id: "att_1", done: 4, size: 10 } });
  expect(files.saving.get("att_1")).toBe(4);
  (await next("attachment_save")).answer({ path: "/d/a (2).txt", name: "a (2).txt" });
  expect(await saved).toBe("a (2).txt");
  expect(files.saving.size).toBe(0);
  expect(files.saved.has("att_1")).toBe(true);
  const stopped = files.save("thr_1", row);
  (await next("attachment_save")).refuse({ code: "attachment-cancelled", params: {} });
  expect(await stopped).toBeNull();
});
