import { expect, test } from "vitest";
import { currencySymbol, parseAmount } from "./amount";
import { changedParts } from "./changes";
import { fold } from "./fold";
import { Format } from "./format";

const fr = new Format("fr", "Europe/Paris");
const en = new Format("en", "Europe/Paris");
const eur = (amount_minor: number): { amount_minor: number; currency: string } => ({ amount_minor, currency: "EUR" });
/** Spaces of every width as one, so that the expectations can be read. */
const plain = (text: string | null): string => (text ?? "").replace(/[\u00a0\u202f\u2009]/g, " ");
const noon = Date.UTC(2026, 10, 22, 11, 2);

test("money is written as a reader of the language writes it", () => {
  expect(plain(fr.money(eur(125_000)))).toBe("1 250,00 €");
  expect(plain(en.money(eur(125_000)))).toBe("€1,250.00");
  expect(plain(fr.budget(eur(125_000)))).toBe("1 250 €");
  expect(plain(fr.budget(eur(125_050)))).toBe("1 250,50 €");
});

test("a currency without cents is not divided by a hundred", () => {
  expect(plain(fr.money({ amount_minor: 1250, currency: "JPY" }))).toMatch(/^1 250 /);
});

test("a budget has two ends, one, or none", () => {
  expect(plain(fr.range(eur(50_000), eur(90_000)))).toMatch(/^500.900 €$/);
  expect(plain(fr.range(null, eur(90_000)))).toBe("900 €");
  expect(plain(fr.range(eur(90_000), eur(90_000)))).toBe("900 €");
  expect(fr.range(null, null)).toBeNull();
  expect(plain(fr.range(eur(50_000), { amount_minor: 90_000, currency: "CHF" }))).toBe("500 € – 900 CHF");
});

test("hours are 14 h 02 in French and 14:02 in English", () => {
  expect(plain(fr.time(Date.UTC(2026, 10, 22, 13, 2)))).toBe("14 h 02");
  expect(en.time(Date.UTC(2026, 10, 22, 13, 2))).toBe("14:02");
  expect(plain(fr.time(Date.UTC(2026, 10, 21, 23, 5)))).toBe("0 h 05");
});

test("what happened lately is told by how long ago", () => {
  expect(plain(fr.ago(noon - 20_000, noon))).toBe("maintenant");
  expect(plain(fr.ago(noon - 3 * 60_000, noon))).toBe("il y a 3 min");
  // ICU versions shorten minutes differently.
  expect(plain(en.ago(noon - 3 * 60_000, noon))).toMatch(/^3m(in)? ago$/);
  expect(plain(fr.ago(noon - 26 * 3_600_000, noon))).toBe("il y a 1 j");
});

test("a stamp is the hour today and the day before that", () => {
  expect(plain(fr.stamp(noon - 3_600_000, noon))).toBe("11 h 02");
  expect(plain(fr.stamp(noon - 30 * 3_600_000, noon))).toBe("21 nov.");
  expect(plain(fr.stamp(Date.UTC(2025, 0, 3), noon))).toBe("3 janv. 2025");
});

test("days follow the time zone, not UTC", () => {
  expect(fr.dayLabel(noon, noon)).toBe("Aujourd’hui");
  expect(fr.dayLabel(Date.UTC(2026, 10, 20, 23, 30), noon)).toBe("Hier");
  expect(fr.dayLabel(Date.UTC(2026, 10, 18, 12), noon)).toBe("Mercredi 18 novembre");
  expect(en.dayLabel(noon, noon)).toBe("Today");
});

test("time left is the largest unit, and nothing once it is over", () => {
  expect(plain(fr.left(noon + 3 * 86_400_000 + 5, noon))).toBe("3 jours");
  expect(plain(fr.left(noon + 5 * 3_600_000, noon))).toBe("5 h");
  expect(fr.left(noon - 1, noon)).toBeNull();
});

test("a country or language that is not known shows as its code", () => {
  expect(fr.country("FR")).toBe("France");
  expect(fr.country("??")).toBe("??");
  expect(fr.language("fr")).toBe("Français");
});

test("amounts are read with comma or point and any space", () => {
  expect(parseAmount("1 250,50")).toBe(1250.5);
  expect(parseAmount("1\u202f250.5")).toBe(1250.5);
  for (const wrong of ["", "12a", "-5", "1,2,3", "1e9"]) expect(parseAmount(wrong)).toBeNull();
  expect(currencySymbol("fr", "EUR")).toBe("€");
});

test("a long text shows what changed in it, with a few words around", () => {
  const same = "Nous sommes une équipe de douze personnes installée à Lyon depuis dix ans et nous grandissons. ";
  const parts = changedParts(`${same}Rapport en français. ${same}`, `${same}Rapport en anglais. ${same}`);
  expect(parts.before).toContain("en français");
  expect(parts.after).toContain("en anglais");
  expect(parts.before.length).toBeLessThan(160);
  expect(parts.before.startsWith("… ")).toBe(true);
});

test("a short text is shown whole", () => {
  expect(changedParts("deux jours", "trois jours")).toEqual({ before: "deux jours", after: "trois jours" });
});

test("accents and case do not matter when looking for a word", () => {
  expect(fold("Développeur É")).toBe("developpeur e");
});
