import type { Money } from "$lib/backend/types";
import type { Locale } from "./translate";

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const NBSP = "\u00a0";

const cache = new Map<string, unknown>();

function kept<T>(key: string, make: () => T): T {
  if (!cache.has(key)) cache.set(key, make());
  return cache.get(key) as T;
}

/** Money, dates and spans as a reader of the locale writes them. Pure: the clock and the time zone come from outside. */
export class Format {
  readonly locale: Locale;
  readonly #zone: string | undefined;

  constructor(locale: Locale, zone?: string) {
    this.locale = locale;
    this.#zone = zone;
  }

  number(value: number): string {
    return kept(`n ${this.locale}`, () => new Intl.NumberFormat(this.locale)).format(value);
  }

  decimal(value: number): string {
    return kept(`d1 ${this.locale}`, () => new Intl.NumberFormat(this.locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 })).format(value);
  }

  percent(value: number): string {
    return kept(`p ${this.locale}`, () => new Intl.NumberFormat(this.locale, { style: "percent" })).format(value / 100);
  }

  /** 1 250,00 €: always with its cents, since it is what gets paid. */
  money(money: Money): string {
    return this.#currency(money.currency, null).format(major(money));
  }

  /** 1 250 €: budgets, where cents are noise; cents stay when there are some. */
  budget(money: Money): string {
    const value = major(money);
    return this.#currency(money.currency, Number.isInteger(value) ? 0 : null).format(value);
  }

  /** A budget from its two ends; either may be missing. */
  range(min: Money | null, max: Money | null): string | null {
    if (min && max && min.amount_minor !== max.amount_minor) {
      const format = this.#currency(min.currency, 0);
      return min.currency === max.currency ? format.formatRange(major(min), major(max)) : `${this.budget(min)} – ${this.budget(max)}`;
    }
    const one = min ?? max;
    return one ? this.budget(one) : null;
  }

  /** Whole units of a currency, for limits in a sentence. */
  units(value: number, currency: string): string {
    return this.#currency(currency, Number.isInteger(value) ? 0 : null).format(value);
  }

  /** 14 h 02 and 0 h 05 in French, 14:02 and 00:05 in English. */
  time(at: number): string {
    const parts = kept(`t ${this.locale} ${this.#zone}`, () => new Intl.DateTimeFormat("en-GB", { hour: "2-digit", minute: "2-digit", hourCycle: "h23", timeZone: this.#zone })).formatToParts(at);
    const hour = parts.find((part) => part.type === "hour")?.value ?? "";
    const minute = parts.find((part) => part.type === "minute")?.value ?? "";
    return this.locale === "fr" ? `${Number(hour)}${NBSP}h${NBSP}${minute}` : `${hour}:${minute}`;
  }

  /** 22 novembre 2026. */
  date(at: number): string {
    return this.#date({ day: "numeric", month: "long", year: "numeric" }, at);
  }

  /** 22 nov. */
  shortDate(at: number, now: number): string {
    const sameYear = this.#date({ year: "numeric" }, at) === this.#date({ year: "numeric" }, now);
    return this.#date(sameYear ? { day: "numeric", month: "short" } : { day: "numeric", month: "short", year: "numeric" }, at);
  }

  /** novembre 2026. */
  month(at: number): string {
    return this.#date({ month: "long", year: "numeric" }, at);
  }

  dateTime(at: number): string {
    return `${this.date(at)}, ${this.time(at)}`;
  }

  /** 14 h 02 today, 21 nov. before: the narrow stamp of a list. */
  stamp(at: number, now: number): string {
    return this.day(at) === this.day(now) ? this.time(at) : this.shortDate(at, now);
  }

  /** Midnight-to-midnight key of a moment, to group by day. */
  day(at: number): string {
    return kept(`day ${this.#zone}`, () => new Intl.DateTimeFormat("en-CA", { year: "numeric", month: "2-digit", day: "2-digit", timeZone: this.#zone })).format(at);
  }

  /** "dimanche 22 novembre", or today and yesterday in words. */
  dayLabel(at: number, now: number): string {
    const days = Math.round((Date.parse(this.day(at)) - Date.parse(this.day(now))) / DAY);
    const label = days === 0 || days === -1 ? this.#relative("auto").format(days, "day") : this.#date({ weekday: "long", day: "numeric", month: "long" }, at);
    return label.charAt(0).toLocaleUpperCase(this.locale) + label.slice(1);
  }

  /** il y a 3 min. */
  ago(at: number, now: number): string {
    const span = at - now;
    const size = Math.abs(span);
    const format = this.#relative("always");
    if (size < MINUTE) return kept(`now ${this.locale}`, () => new Intl.RelativeTimeFormat(this.locale, { numeric: "auto" })).format(0, "second");
    if (size < HOUR) return format.format(Math.trunc(span / MINUTE), "minute");
    if (size < DAY) return format.format(Math.trunc(span / HOUR), "hour");
    if (size < 30 * DAY) return format.format(Math.trunc(span / DAY), "day");
    if (size < 365 * DAY) return format.format(Math.trunc(span / (30 * DAY)), "month");
    return format.format(Math.trunc(span / (365 * DAY)), "year");
  }

  /** "3 jours", "5 h", "12 min": what is left until a moment, the largest unit alone. */
  left(until: number, now: number): string | null {
    const span = until - now;
    if (span <= 0) return null;
    if (span >= DAY) return this.#unit("day", Math.trunc(span / DAY));
    if (span >= HOUR) return this.#unit("hour", Math.trunc(span / HOUR));
    return this.#unit("minute", Math.max(1, Math.trunc(span / MINUTE)));
  }

  country(code: string): string {
    try {
      return kept(`c ${this.locale}`, () => new Intl.DisplayNames(this.locale, { type: "region" })).of(code) ?? code;
    } catch {
      return code;
    }
  }

  language(code: string): string {
    try {
      const name = kept(`l ${this.locale}`, () => new Intl.DisplayNames(this.locale, { type: "language" })).of(code) ?? code;
      return name.charAt(0).toLocaleUpperCase(this.locale) + name.slice(1);
    } catch {
      return code;
    }
  }

  list(items: readonly string[]): string {
    return kept(`and ${this.locale}`, () => new Intl.ListFormat(this.locale, { type: "conjunction" })).format(items);
  }

  #date(options: Intl.DateTimeFormatOptions, at: number): string {
    const tag = this.locale === "en" ? "en-GB" : "fr";
    return kept(`d ${tag} ${this.#zone} ${JSON.stringify(options)}`, () => new Intl.DateTimeFormat(tag, { ...options, timeZone: this.#zone })).format(at);
  }

  #unit(unit: "day" | "hour" | "minute", value: number): string {
    return kept(`u ${this.locale} ${unit}`, () => new Intl.NumberFormat(this.locale, { style: "unit", unit, unitDisplay: unit === "day" ? "long" : "short" })).format(value);
  }

  #relative(numeric: "auto" | "always"): Intl.RelativeTimeFormat {
    return kept(`r ${this.locale} ${numeric}`, () => new Intl.RelativeTimeFormat(this.locale, { numeric, style: numeric === "auto" ? "long" : this.locale === "en" ? "narrow" : "short" }));
  }

  #currency(currency: string, digits: 0 | null): Intl.NumberFormat {
    return kept(`m ${this.locale} ${currency} ${digits}`, () => {
      const options: Intl.NumberFormatOptions = { style: "currency", currency, currencyDisplay: "narrowSymbol" };
      return new Intl.NumberFormat(this.locale, digits === null ? options : { ...options, maximumFractionDigits: digits });
    });
  }
}

/** Minor to major units by the currency's own number of decimals (2 for EUR, 0 for JPY). */
export function major(money: Money): number {
  const digits = kept(`digits ${money.currency}`, () => new Intl.NumberFormat("en", { style: "currency", currency: money.currency }).resolvedOptions().maximumFractionDigits ?? 2);
  return money.amount_minor / 10 ** digits;
}
