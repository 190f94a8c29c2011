// Writes src/lib/i18n/params.ts: which parameters each message takes, read from messages/fr.json.
// `--check` only compares. A message that counts takes `count: number`; the others take text or numbers.
import { readFileSync, writeFileSync } from "node:fs";

const at = (path) => new URL(path, import.meta.url);
const messages = JSON.parse(readFileSync(at("../messages/fr.json"), "utf8"));
const target = at("../src/lib/i18n/params.ts");

export function paramsOf(message) {
  const text = typeof message === "string" ? message : `${message.one} ${message.other}`;
  const names = new Set([...text.matchAll(/\{(\w+)\}/g)].map((match) => match[1]));
  if (typeof message !== "string") names.add("count");
  return [...names].sort();
}

const lines = Object.entries(messages)
  .map(([key, message]) => [key, paramsOf(message)])
  .filter(([, params]) => params.length > 0)
  .map(([key, params]) => `  ${key}: { ${params.map((name) => `${name}: ${name === "count" ? "number" : "string | number"}`).join("; ")} };`);

const source = ["// Written by scripts/messages.mjs from messages/fr.json. Do not edit.", "export interface MessageParams {", ...lines, "}", ""].join("\n");

if (process.argv.includes("--check")) {
  let now = "";
  try {
    now = readFileSync(target, "utf8");
  } catch {
    // reported below as stale
  }
  if (now !== source) {
    console.error("src/lib/i18n/params.ts is stale: run npm run messages");
    process.exit(1);
  }
} else writeFileSync(target, source);
