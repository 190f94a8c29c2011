import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
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

/** Mistakes of ours rather than anything a person can mend: they show their code. */
const bare = ["bad-act-id", "bad-identifier", "bad-request", "bad-response", "setup", "sign-in-no-randomness", "unknown-command"];

/** The codes the core can refuse or fail with, as its sources write them. */
function codesOfTheCore(): string[] {
  const found = new Set(["storage-recovered", "storage-recovered-partly"]);
  for (const crate of ["presta-api", "presta-archive", "presta-commands", "presta-engine", "presta-store"]) {
    const folder = `../crates/${crate}/src`;
    for (const file of readdirSync(folder, { encoding: "utf8", recursive: true })) {
      // The problems of a bid are told beside its fields, in words of their own.
      if (!file.endsWith(".rs") || file === "check.rs") continue;
      const source = readFileSync(`${folder}/${file}`, "utf8");
      const names = /(?:Failure::new|refused|limit|about)\(\s*"([a-z-]+)"/g;
      const kinds = /(?:=>|[A-Z]\w+ =) "([a-z-]+)"/g;
      const written = [...source.matchAll(names), ...(/(error|problem)\.rs$/.test(file) ? source.matchAll(kinds) : [])];
      for (const [, code = ""] of written) found.add(code);
    }
  }
  return [...found].filter((code) => !bare.includes(code)).sort();
}
const codes = codesOfTheCore();

test("the codes of the core are found in its sources", () => {
  expect(codes.length).toBeGreaterThan(120);
  for (const code of ["attachment-taken", "alert-rule-name", "archive-damaged", "disk-full", "export-exists", "quota-exhausted"]) expect(codes).toContain(code);
});

test.each(codes)("error %s says what happened and what to do", (code) => {
  const key = `error_${code.replaceAll("-", "_")}`;
  for (const locale of ["fr", "en"] as const) {
    expect(wordsFor(locale, key)).toBeTruthy();
    expect(wordsFor(locale, `${key}_then`)).toBeTruthy();
  }
});
