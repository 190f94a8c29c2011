import { getContext, setContext } from "svelte";
import { Format } from "./format";
import { translate, wordsFor, type Locale, type MessageKey, type Param, type Translate } from "./translate";

const I18N = Symbol("i18n");

/** The language of the window. Everything shown reads from it, so a switch repaints at once. */
export class I18n {
  locale = $state<Locale>(lastLocale());
  readonly format = $derived(new Format(this.locale));

  /** Typed words: a key that does not exist, or a missing parameter, does not compile. */
  readonly t: Translate = (key, ...given) => translate(this.locale, key, ...given);

  /** Words for a key made from data, else those of `fallback`. */
  dynamic(key: string, fallback: MessageKey, params: Readonly<Record<string, Param>> = {}): string {
    return wordsFor(this.locale, key, params) ?? wordsFor(this.locale, fallback, params) ?? fallback;
  }

  has(key: string): boolean {
    return wordsFor(this.locale, key) !== null;
  }

  /** The core decides (chosen here, or the system's); kept for the next start, before the core has answered. */
  use(locale: Locale): void {
    this.locale = locale;
    document.documentElement.lang = this.locale;
    localStorage.setItem("locale", this.locale);
  }
}

function lastLocale(): Locale {
  return localStorage.getItem("locale") === "en" ? "en" : "fr";
}

export function provideI18n(i18n: I18n): void {
  setContext(I18N, i18n);
}

export function useI18n(): I18n {
  return getContext<I18n>(I18N);
}
