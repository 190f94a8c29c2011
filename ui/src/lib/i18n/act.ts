import type { ActRow, Delivered } from "$lib/backend/types";
import type { I18n } from "./i18n.svelte";

/** What an act is, in words: by its kind, or by the contract's operation. */
export function actWords(i18n: I18n, act: Pick<ActRow | Delivered, "kind" | "op">): string {
  const key = act.op === null ? `act_${act.kind.replaceAll("-", "_")}` : `op_${act.op.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`)}`;
  return i18n.dynamic(key, "act_unknown");
}

/** A member of a resource as a reader sees it: money and instants formatted, lists joined. */
export function valueWords(i18n: I18n, value: unknown): string {
  if (value === null || value === undefined || value === "") return i18n.t("value_none");
  if (typeof value === "boolean") return i18n.t(value ? "value_yes" : "value_no");
  if (Array.isArray(value)) return value.length === 0 ? i18n.t("value_none") : value.map((item) => valueWords(i18n, item)).join(", ");
  if (typeof value === "object") {
    const fields = value as Record<string, unknown>;
    if (typeof fields.amount_minor === "number" && typeof fields.currency === "string") return i18n.format.money({ amount_minor: fields.amount_minor, currency: fields.currency });
    return Object.entries(fields)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => `${i18n.has(`field_${name}`) ? i18n.dynamic(`field_${name}`, "field_other") : name} ${valueWords(i18n, inner)}`)
      .join(", ");
  }
  const text = String(value);
  return /^\d{4}-\d\d-\d\dT/.test(text) && !Number.isNaN(Date.parse(text)) ? i18n.format.dateTime(Date.parse(text)) : text;
}
