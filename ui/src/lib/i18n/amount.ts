/** A number as someone types it, with comma or point and any grouping spaces; `null` when it is not one. */
export function parseAmount(text: string): number | null {
  const plain = text.replace(/[\s\u00a0\u202f'’]/g, "").replace(",", ".");
  return /^\d+(\.\d+)?$/.test(plain) ? Number(plain) : null;
}

export function currencySymbol(locale: string, currency: string): string {
  const parts = new Intl.NumberFormat(locale, { style: "currency", currency, currencyDisplay: "narrowSymbol" }).formatToParts(0);
  return parts.find((part) => part.type === "currency")?.value ?? currency;
}
