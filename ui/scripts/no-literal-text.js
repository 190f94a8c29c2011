// ESLint rule: no words in a template, nor in an attribute that is read or spoken. They belong in messages/.
const SPOKEN = new Set(["aria-label", "aria-description", "alt", "title", "placeholder", "label", "text", "hint", "suffix"]);
const WORDS = /\p{L}{2,}/u;

export default {
  meta: { type: "problem", messages: { literal: "“{{text}}” belongs in messages/fr.json and en.json." }, schema: [] },
  create(context) {
    const report = (node, text) => context.report({ node, messageId: "literal", data: { text: text.trim().slice(0, 40) } });
    const inStyleOrScript = (node) => ["SvelteStyleElement", "SvelteScriptElement"].includes(node.parent?.type);
    return {
      SvelteText(node) {
        if (WORDS.test(node.value) && !inStyleOrScript(node)) report(node, node.value);
      },
      SvelteAttribute(node) {
        if (!SPOKEN.has(node.key.name)) return;
        for (const part of node.value) if (part.type === "SvelteLiteral" && WORDS.test(part.value)) report(part, part.value);
      },
      SvelteMustacheTag(node) {
        const { expression } = node;
        if (node.parent?.type === "SvelteElement" && expression?.type === "Literal" && typeof expression.value === "string" && WORDS.test(expression.value)) report(node, expression.value);
      },
    };
  },
};
