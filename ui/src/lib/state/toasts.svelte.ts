export type Tone = "neutral" | "success" | "warning" | "danger";
export type Toast = { id: number; tone: Tone; text: string; detail: string; action: { label: string; run: () => void } | null };

const SHOWN_MS: Record<Tone, number> = { neutral: 5_000, success: 5_000, warning: 9_000, danger: 12_000 };
const AT_MOST = 4;

/** Short notices at the foot of the window. They leave by themselves, but not while someone reads them. */
export class Toasts {
  list = $state.raw<Toast[]>([]);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  #next = 1;

  show(toast: { tone: Tone; text: string; detail?: string; action?: Toast["action"] }): void {
    const id = this.#next++;
    this.list = [...this.list, { id, tone: toast.tone, text: toast.text, detail: toast.detail ?? "", action: toast.action ?? null }].slice(-AT_MOST);
    this.#arm(id, toast.tone);
  }

  dismiss(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
    this.list = this.list.filter((toast) => toast.id !== id);
  }

  hold(): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  release(): void {
    for (const toast of this.list) this.#arm(toast.id, toast.tone);
  }

  #arm(id: number, tone: Tone): void {
    this.#timers.set(id, setTimeout(() => this.dismiss(id), SHOWN_MS[tone]));
  }
}
