import type { Catalog } from "$lib/backend/types";
import type { Locale } from "$lib/i18n/translate";

export function skillLabel(catalog: Catalog | null, id: string): string {
  return catalog?.skills.find((skill) => skill.id === id)?.label ?? id;
}

export function categoryLabel(catalog: Catalog | null, id: string, locale: Locale): string {
  const category = catalog?.categories.find((one) => one.id === id);
  if (!category) return id;
  return locale === "fr" ? category.label_fr : category.label_en;
}

export const languages = ["fr", "en", "de", "es", "it", "nl", "pt"] as const;
export const ages = [1, 3, 7, 14, 30, 60] as const;
export const bidCounts = [0, 5, 10, 20, 40] as const;
