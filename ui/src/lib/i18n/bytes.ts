import type { I18n } from "./i18n.svelte";

/** A size in the largest unit that leaves something before the comma (SI, as systems show it). */
export function bytesWords(i18n: I18n, bytes: number): string {
  if (bytes >= 1_000_000_000) return i18n.t("bytes_gb", { value: i18n.format.decimal(bytes / 1_000_000_000) });
  if (bytes >= 1_000_000) return i18n.t("bytes_mb", { value: i18n.format.decimal(bytes / 1_000_000) });
  if (bytes >= 1_000) return i18n.t("bytes_kb", { value: i18n.format.number(Math.round(bytes / 1_000)) });
  return i18n.t("bytes_b", { value: i18n.format.number(bytes) });
}
