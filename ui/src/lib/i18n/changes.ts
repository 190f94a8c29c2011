const AROUND = 48;
const AT_MOST = 260;
/** Less than this is not worth an ellipsis. */
const FEW = 16;

/** What differs between two long texts, with a few words around it: the rest is the same and only hides the change. */
export function changedParts(before: string, after: string): { before: string; after: string } {
  let start = 0;
  while (start < before.length && start < after.length && before[start] === after[start]) start += 1;
  let end = 0;
  while (end < before.length - start && end < after.length - start && before[before.length - 1 - end] === after[after.length - 1 - end]) end += 1;
  return { before: cut(before, start, before.length - end), after: cut(after, start, after.length - end) };
}

function cut(text: string, from: number, to: number): string {
  const start = from <= AROUND + FEW ? 0 : wordStart(text, from - AROUND);
  const wanted = Math.min(to + AROUND, start + AT_MOST);
  const end = text.length - wanted <= FEW ? text.length : wanted;
  return `${start > 0 ? "… " : ""}${text.slice(start, end).trim()}${end < text.length ? " …" : ""}`;
}

function wordStart(text: string, at: number): number {
  const space = text.indexOf(" ", at);
  return space < 0 || space > at + AROUND ? at : space + 1;
}
