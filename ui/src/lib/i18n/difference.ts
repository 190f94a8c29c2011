import type { Difference } from "$lib/backend/types";
import { changedParts } from "./changes";
import type { I18n } from "./i18n.svelte";

/** A change of the project, before and after, in words: the core writes moments in ms, budgets as "500-900 EUR", quotas as "used/limit". */
export function differenceWords(i18n: I18n, difference: Difference): { before: string; after: string } {
  if (difference.field === "brief") return changedParts(difference.before, difference.after);
  return { before: shown(i18n, difference.field, difference.before), after: shown(i18n, difference.field, difference.after) };
}

function shown(i18n: I18n, field: string, value: string): string {
  if (value === "") return "–";
  switch (field) {
    case "deadline":
      return /^\d+$/.test(value) ? i18n.format.dateTime(Number(value)) : value;
    case "budget":
      return budget(i18n, value);
    case "status":
      return i18n.dynamic(`status_${value}`, "status_unknown");
    case "quota": {
      const [used, limit] = value.split("/").map(Number);
      return used !== undefined && limit !== undefined && Number.isFinite(used + limit) ? i18n.t("quota_used", { used, limit }) : value;
    }
    default:
      return value;
  }
}

function budget(i18n: I18n, value: string): string {
  const match = /^(\d*)-(\d*) ([A-Z]{3})$/.exec(value);
  if (!match) return value;
  const [, min = "", max = "", currency = ""] = match;
  const ends = [min, max].filter((end) => end !== "").map((end) => i18n.format.units(Number(end), currency));
  return ends.length === 0 ? i18n.t("budget_open") : [...new Set(ends)].join(" – ");
}
