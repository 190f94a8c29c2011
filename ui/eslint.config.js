import svelte from "eslint-plugin-svelte";
import globals from "globals";
import tseslint from "typescript-eslint";
import noLiteralText from "./scripts/no-literal-text.js";
import svelteConfig from "./svelte.config.js";

const domains = ["project", "bid", "message", "queue", "session"];
const components = (names) => names.map((name) => `$lib/components/${name}/*`);
const layer = (files, names, message) => ({ files, rules: { "no-restricted-imports": ["error", { patterns: [{ group: components(names), message }] }] } });

export default tseslint.config(
  { ignores: ["dist", "src/lib/backend/generated", "src/lib/i18n/params.ts"] },
  ...tseslint.configs.strict,
  ...svelte.configs.recommended,
  { languageOptions: { globals: { ...globals.browser, ...globals.node } } },
  {
    files: ["**/*.svelte", "**/*.svelte.ts"],
    languageOptions: { parserOptions: { parser: tseslint.parser, extraFileExtensions: [".svelte"], svelteConfig } },
  },
  {
    plugins: { local: { rules: { "no-literal-text": noLiteralText } } },
    rules: {
      eqeqeq: "error",
      "no-console": ["error", { allow: ["error"] }],
      "svelte/no-at-html-tags": "error",
      "svelte/require-each-key": "error",
      "svelte/button-has-type": "error",
      // Maps and sets here are plain values, replaced as a whole; reactivity comes from $state.raw.
      "svelte/prefer-svelte-reactivity": "off",
      // Routes are our own fragments.
      "svelte/no-navigation-without-resolve": "off",
      "@typescript-eslint/no-invalid-void-type": "off",
      "@typescript-eslint/no-dynamic-delete": "off",
    },
  },
  { files: ["src/**/*.svelte"], rules: { "local/no-literal-text": "error" } },
  // shared knows no domain; a domain knows shared and its own; views compose.
  layer(["src/lib/components/shared/**"], [...domains, "views"], "shared knows no domain"),
  ...domains.map((domain) => layer([`src/lib/components/${domain}/**`], [...domains.filter((other) => other !== domain), "views"], "a domain knows shared and itself")),
  layer(["src/lib/{backend,query,router,i18n,state}/**"], ["shared", ...domains, "views"], "components depend on the core, not the other way round"),
  { files: ["src/**"], ignores: ["src/lib/backend/**"], rules: { "no-restricted-syntax": ["error", { selector: "ImportDeclaration[source.value=/generated/]", message: "import types from $lib/backend/types" }] } },
);
