import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import en from "$messages/en.json";
import fr from "$messages/fr.json";
import { translate, wordsFor } from "./translate";

type Message = string | { one: string; other: string };
const french = fr as Record<string, Message>;
const english = en as Record<string, Message>;
const paramsOf = (message: Message): string[] => [...new Set([...JSON.stringify(message).matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? ""))].sort();

test("French and English have the same messages", () => {
  expect(Object.keys(english)).toEqual(Object.keys(french));
});

test.each(Object.keys(french))("%s takes the same parameters in both languages", (key) => {
  expect(paramsOf(english[key] ?? "")).toEqual(paramsOf(french[key] ?? ""));
  expect(typeof english[key]).toBe(typeof french[key]);
});

test("the typed parameters are those of the messages", () => {
  expect(() => execFileSync("node", ["scripts/messages.mjs", "--check"], { stdio: "pipe" })).not.toThrow();
});

test("French puts a no-break space before a double mark, and uses its own apostrophe", () => {
  for (const [key, message] of Object.entries(french)) {
    const text = JSON.stringify(message).replace(/https?:[^\s"]*|skill:\w+/g, "").slice(1, -1);
    expect(text.replace(/\\"/g, ""), key).not.toMatch(/ [?!;:»]|« | '|\w'\w/);
  }
});

test("a count chooses the plural of its language", () => {
  expect(translate("fr", "projects_count", { count: 0 })).toBe("0 mission");
  expect(translate("en", "projects_count", { count: 0 })).toBe("0 jobs");
  expect(translate("fr", "projects_count", { count: 2 })).toBe("2 missions");
  expect(translate("fr", "projects_count", { count: 1_000_000 }).replace(/\s/g, " ")).toBe("1 000 000 missions");
});

test("a value that looks like a parameter is not filled again", () => {
  expect(translate("fr", "delivered_bid", { title: "{title} & $1" })).toBe("Offre envoyée – {title} & $1");
});

test("a key nobody wrote has no words, not even an inherited one", () => {
  expect(wordsFor("fr", "toString")).toBeNull();
  expect(wordsFor("fr", "error_no_such_code")).toBeNull();
});

test("every operation and every member that can conflict has words", () => {
  const table = readFileSync("../crates/presta-model/src/operation/table.rs", "utf8");
  const operations = [...table.matchAll(/^ {4}(\w+): (Post|Patch|Delete) [^;]*;/gm)];
  expect(operations.length).toBeGreaterThan(50);
  for (const [line, name = "", method] of operations) {
    expect(wordsFor("fr", `op_${name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`), name).toBeTruthy();
    if (method !== "Patch") continue;
    for (const [, field = ""] of line.matchAll(/(?:may|must)\("(\w+)"\)/g)) {
      // Choices never conflict.
      if (!["cells", "marketing", "text_version"].includes(field)) expect(wordsFor("fr", `field_${field}`), field).toBeTruthy();
    }
  }
});

const codes = "outcome-unknown attachment-unreadable attachment-too-large too-many-attachments attachment-lost offline timeout tls redirected not-json too-large bad-answer signed-out token-store keyring-absent keyring-locked key-lost storage disk-full disk-failed storage-read-only storage-damaged storage-recovered storage-recovered-partly keep-days-out-of-range max-megabytes-too-small database-too-new unsent-work bid-has-problems link-blocked not-found sign-in-denied sign-in-state-mismatch sign-in-issuer-mismatch sign-in-failed insecure-server bad-server-address message-empty message-too-long draft-too-long being-sent too-late no-draft no-conflict choice-missing unknown-operation unknown-act target-missing field-missing field-unknown nothing-to-change body-not-an-object keyring-gone passphrase-too-short wrong-passphrase unlock-too-soon no-passphrase not-locked locked session-only-alone profile-in-use export-exists export-not-writable export-running export-cancelled archive-nothing archive-unreadable archive-not-zip archive-not-ours archive-too-new archive-mixed archive-part-missing archive-entry-missing archive-unlisted archive-changed archive-unsafe archive-too-large archive-altered archive-damaged archive-no-entry archive-no-kind archive-exists archive-not-writable archive-cancelled not-synced-yet no-browser wrong-key interrupted sign-in-refused sign-in-no-code sign-in-unsupported sign-in-timed-out sign-in-no-port insecure unexpected-status unknown-problem validation quota-exhausted contact-details-in-text project-closed duplicate-bid amount-out-of-range edited-elsewhere step-up-required sync-state-expired rate-limited forbidden gone unauthenticated idempotency-key-reused request-in-progress own-project state-conflict not-reviewable offset-mismatch checksum-mismatch tus-version range-not-satisfiable contest-closed limit-reached insufficient-scope payload-too-large unsupported-media-type method-not-allowed precondition-required unavailable".split(" ");

test.each(codes)("error %s says what happened and what to do", (code) => {
  const key = `error_${code.replaceAll("-", "_")}`;
  for (const locale of ["fr", "en"] as const) {
    expect(wordsFor(locale, key)).toBeTruthy();
    expect(wordsFor(locale, `${key}_then`)).toBeTruthy();
  }
});
