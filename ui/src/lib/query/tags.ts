import type { CommandName } from "$lib/backend";

/** Completes a command's tags from its request: `project:` → `project:prj_1`, `thread:` → `thread:thr_1`. */
export function tagsOf(templates: readonly string[], request: object): string[] {
  const fields = request as Record<string, unknown>;
  return templates.map((tag) => (tag.endsWith(":") ? tag + String(fields[`${tag.slice(0, -1)}_id`] ?? "") : tag));
}

/** Whether a change concerns a read: `*` concerns all, `project` every `project:…`, in both directions. */
export function concerns(changed: readonly string[], read: readonly string[]): boolean {
  return changed.includes("*") || changed.some((tag) => read.some((own) => own === tag || own.startsWith(`${tag}:`) || tag.startsWith(`${own}:`)));
}

export function keyOf(name: CommandName, request: object): string {
  return `${name} ${JSON.stringify(request)}`;
}
