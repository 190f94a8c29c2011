export type Choice = { value: string; label: string };

/** The usual values and, when it is another, the one that is set; smallest first. */
export function choices(usual: readonly number[], set: number | null, words: (value: number) => string): Choice[] {
  const values = [...new Set(set === null ? usual : [...usual, set])].sort((a, b) => a - b);
  return values.map((value) => ({ value: String(value), label: words(value) }));
}

/** The same, with nothing set as the first of them. */
export function limits(usual: readonly number[], set: number | null, none: string, words: (value: number) => string): Choice[] {
  return [{ value: "", label: none }, ...choices(usual, set, words)];
}

/** What a choice stands for; nothing set is `null`. */
export const limitOf = (value: string): number | null => (value === "" ? null : Number(value));
