// @vitest-environment jsdom
import { beforeEach, expect, test, vi } from "vitest";
import type { SessionState } from "$lib/backend/types";
import { I18n } from "$lib/i18n/i18n.svelte";
import { Client } from "$lib/query/client";
import { HeldHost } from "$lib/query/testing";
import { App } from "./app.svelte";

const as = (localId: string): SessionState => ({
  state: "signed-in",
  account: { id: "usr_1", local_id: localId, login: "camille", display_name: "Camille", email: "c@example.org", roles: [] },
  keeping: "keyring",
});
const waiting: SessionState = { state: "signing-in", authorize_url: "https://example.org/" };
const locked: SessionState = { state: "locked", local_id: "a", name: null, server: "example.org", retry_at: null };

let app: App;
let forget: ReturnType<typeof vi.spyOn>;

beforeEach(() => {
  const client = new Client(new HeldHost());
  forget = vi.spyOn(client, "forget");
  app = new App(client, new I18n());
});

test("the same person at another platform is another account: what was read is forgotten", () => {
  app.useSession(as("a"));
  app.useSession(as("a"));
  expect(forget).not.toHaveBeenCalled();
  app.toasts.show({ tone: "success", text: () => "Offre envoyée" });
  app.useSession(as("b"));
  expect(forget).toHaveBeenCalledOnce();
  expect(app.toasts.list).toEqual([]);
});

test("a lock forgets what was read and every notice, and ends adding an account", () => {
  app.useSession(as("a"));
  app.adding = true;
  app.toasts.show({ tone: "success", text: () => "Offre envoyée" });
  app.useSession(locked);
  expect(forget).toHaveBeenCalledOnce();
  expect(app.toasts.list).toEqual([]);
  expect(app.adding).toBe(false);
});

test("adding an account that is given up forgets nothing; one that comes does, and ends the sign-in page", () => {
  app.useSession(as("a"));
  app.adding = true;
  app.useSession(waiting);
  app.useSession({ state: "sign-in-failed", error: { code: "offline", params: {} } });
  app.useSession(as("a"));
  expect(forget).not.toHaveBeenCalled();
  expect(app.adding).toBe(true);
  app.useSession(waiting);
  app.useSession(as("b"));
  expect(forget).toHaveBeenCalledOnce();
  expect(app.adding).toBe(false);
});
