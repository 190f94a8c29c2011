export type Tone = "neutral" | "success" | "warning" | "danger";
/** Words are functions, so that a notice follows when the language changes. */
export type Words = () => string;
type Action = { label: Words; run: () => void };
export type Toast = { id: number; tone: Tone; text: Words; detail: Words | null; action: Action | null; group: string | null; count: number; ms: number };
type Wanted = { tone: Tone; text: Words; detail?: Words; action?: Action; group?: string; ms?: number };

const SHOWN_MS: Record<Tone, number> = { neutral: 5_000, success: 5_000, warning: 9_000, danger: 12_000 };
const AT_MOST = 3;

/** Short notices at the foot of the window. They leave by themselves, but not while someone reads them. */
export class Toasts {
  list = $state.raw<Toast[]>([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #held = false;
  #next = 1;

  show(wanted: Wanted): void {
    this.#add(wanted, wanted.group ?? null, 1);
  }

  /** Several of a kind become one notice that counts them. */
  gather(group: string, one: Wanted, many: (count: number) => Wanted): void {
    const before = this.list.find((toast) => toast.group === group);
    if (before) this.dismiss(before.id);
    const count = (before?.count ?? 0) + 1;
    this.#add(count === 1 ? one : many(count), group, count);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
    if (this.list.length === 0) this.#held = false;
  }

  /** Nothing of one account is read in another one, nor over a lock. */
  clear(): void {
    for (const toast of this.list) this.dismiss(toast.id);
  }

  hold(): void {
    this.#held = true;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  release(): void {
    this.#held = false;
    for (const toast of this.list) this.#arm(toast.id, toast.ms);
  }

  #add(wanted: Wanted, group: string | null, count: number): void {
    const id = this.#next++;
    const ms = wanted.ms ?? SHOWN_MS[wanted.tone];
    this.list = [...this.list, { id, tone: wanted.tone, text: wanted.text, detail: wanted.detail ?? null, action: wanted.action ?? null, group, count, ms }].slice(-AT_MOST);
    if (!this.#held) this.#arm(id, ms);
  }

  #arm(id: number, ms: number): void {
    this.#timers.set(id, setTimeout(() => this.dismiss(id), ms));
  }
}
