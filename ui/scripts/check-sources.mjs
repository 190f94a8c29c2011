// What ESLint does not see: raw colours outside tokens.css, long files, messages nobody uses or that are missing,
// places where HTML or external addresses could slip in, and a lock file that names a registry.
import { readdirSync, readFileSync } from "node:fs";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const LONGEST = 500;
const problems = [];
const files = readdirSync(join(root, "src"), { recursive: true, withFileTypes: true })
  .filter((entry) => entry.isFile() && /\.(svelte|ts|css)$/.test(entry.name))
  .map((entry) => join(entry.parentPath, entry.name));
const sources = files.map((path) => ({ path: relative(root, path), text: readFileSync(path, "utf8") }));

const COLOUR = /#[0-9a-f]{3,8}\b(?![^{]*\{)|\b(?:rgb|rgba|hsl|hsla|oklch|oklab|lab|lch|color)\(|(?:color|background|border(?:-[a-z-]+)?|fill|stroke|outline)\s*:\s*(?:white|black|red|green|blue|gr[ae]y|orange|yellow)\b/i;
for (const { path, text } of sources) {
  if (path.includes("generated")) continue;
  const lines = text.split("\n");
  if (lines.length > LONGEST) problems.push(`${path}: ${lines.length} lines, ${LONGEST} at most`);
  const styles = path.endsWith(".css") ? text : (/<style[^>]*>([\s\S]*)<\/style>/.exec(text)?.[1] ?? "");
  if (!path.endsWith("tokens.css")) {
    for (const line of styles.split("\n")) if (COLOUR.test(line)) problems.push(`${path}: raw colour, use a token: ${line.trim()}`);
  }
  if (text.includes("{@html") && !path.endsWith("shared/Html.svelte")) problems.push(`${path}: {@html} outside Html.svelte`);
  if (/\b(?:innerHTML|outerHTML|insertAdjacentHTML|eval|new Function)\b/.test(text) && !path.endsWith(".test.ts")) problems.push(`${path}: writes HTML or evaluates code`);
  if (/\b(?:T[O]DO|F[I]XME|X[X]X)\b/.test(text)) problems.push(`${path}: unfinished`);
}

const read = (name) => JSON.parse(readFileSync(join(root, "messages", name), "utf8"));
const fr = read("fr.json");
const code = sources.filter(({ path }) => !path.endsWith(".test.ts")).map(({ text }) => text).join("\n");
const prefixes = [...code.matchAll(/`([a-z_]+_)\$\{/g)].map((match) => match[1]);
for (const key of Object.keys(fr)) {
  const used = code.includes(`"${key}"`) || prefixes.some((prefix) => key.startsWith(prefix));
  if (!used) problems.push(`messages/fr.json: nothing uses ${key}`);
}

if (/"resolved"|registry\./.test(readFileSync(join(root, "package-lock.json"), "utf8"))) problems.push("package-lock.json names a registry");

for (const problem of problems) console.error(problem);
if (problems.length > 0) process.exit(1);
