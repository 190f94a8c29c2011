import { expect, test } from "vitest";
import { differenceWords } from "./difference";
import { errorWords, problemWords } from "./errors";
import { I18n } from "./i18n.svelte";

const i18n = new I18n();
i18n.use("fr");
const plain = (text: string): string => text.replace(/[\u00a0\u202f]/g, " ");

test("a known code has its own words", () => {
  expect(errorWords(i18n, { code: "disk-full", params: {} }).what).toBe("Le disque est plein.");
});

test("a refusal without words of ours shows the platform's title", () => {
  const words = errorWords(i18n, { code: "brand-new-rule", params: { title: "Vous devez d’abord valider votre profil." } });
  expect(words.what).toBe("Vous devez d’abord valider votre profil.");
  expect(words.then).not.toBe("");
});

test("anything else shows its code", () => {
  expect(errorWords(i18n, { code: "brand-new", params: {} }).what).toContain("brand-new");
});

test("limits of a bid are written as money or as counts", () => {
  expect(plain(problemWords(i18n, { field: "amount", code: "amount-too-small", params: { min: 50 } }, "EUR"))).toBe("50 € au moins.");
  expect(plain(problemWords(i18n, { field: "text", code: "text-too-short", params: { min: 120, have: 119 } }, "EUR"))).toBe("Encore 1 caractère.");
  expect(plain(problemWords(i18n, { field: "milestones", code: "milestones-sum", params: { expected_minor: 125_050, have_minor: 40_000, currency: "EUR" } }, "EUR"))).toBe("Les jalons font 400,00 € ; ils doivent faire 1 250,50 €.");
  expect(plain(problemWords(i18n, { field: "milestones", code: "milestone-title", params: { index: 1 } }, "EUR"))).toContain("Jalon 1");
});

test("differences are written for a reader, not as the core sends them", () => {
  expect(plain(differenceWords(i18n, { field: "budget", before: "500-900 EUR", after: "-1200 EUR" }).before)).toBe("500 € – 900 €");
  expect(plain(differenceWords(i18n, { field: "budget", before: "500-900 EUR", after: "-1200 EUR" }).after)).toBe("1 200 €");
  expect(differenceWords(i18n, { field: "status", before: "open", after: "closed" }).after).toBe("Fermée");
  expect(plain(differenceWords(i18n, { field: "quota", before: "", after: "30/30" }).after)).toBe("30 sur 30 utilisées");
  expect(differenceWords(i18n, { field: "quota", before: "", after: "30/30" }).before).toBe("–");
  expect(plain(differenceWords(i18n, { field: "deadline", before: String(Date.UTC(2026, 10, 22, 12)), after: "" }).before)).toMatch(/^22 novembre 2026, \d+ h 00$/);
});
