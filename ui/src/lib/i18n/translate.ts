import en from "$messages/en.json";
import fr from "$messages/fr.json";
import type { MessageParams } from "./params";

export type Locale = "fr" | "en";
export type MessageKey = keyof typeof fr;
export type Param = string | number;
type Message = string | { one: string; other: string };
type Given<K extends MessageKey> = K extends keyof MessageParams ? [params: MessageParams[K]] : [];

const catalogues: Record<Locale, Record<string, Message>> = { fr, en };
const plurals: Record<Locale, Intl.PluralRules> = { fr: new Intl.PluralRules("fr"), en: new Intl.PluralRules("en") };
const numbers: Record<Locale, Intl.NumberFormat> = { fr: new Intl.NumberFormat("fr"), en: new Intl.NumberFormat("en") };

/** Words for a key that only data can name (an error code, a stage): `null` when there are none. */
export function wordsFor(locale: Locale, key: string, params: Readonly<Record<string, Param>> = {}): string | null {
  const message = Object.hasOwn(catalogues[locale], key) ? catalogues[locale][key] : undefined;
  if (message === undefined) return null;
  const text = typeof message === "string" ? message : plural(locale, message, params.count);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = params[name];
    if (value === undefined) return whole;
    return typeof value === "number" ? numbers[locale].format(value) : value;
  });
}

/** The message, its numbers written as the locale writes them, and its plural chosen by `count`. */
export function translate<K extends MessageKey>(locale: Locale, key: K, ...given: Given<K>): string {
  return wordsFor(locale, key, given[0] as Record<string, Param> | undefined) ?? key;
}

export type Translate = <K extends MessageKey>(key: K, ...given: Given<K>) => string;

function plural(locale: Locale, message: { one: string; other: string }, count: Param | undefined): string {
  // Only one and other are written: French "many" (a million) reads like "other" once the number is in digits.
  return plurals[locale].select(Number(count ?? 0)) === "one" ? message.one : message.other;
}
