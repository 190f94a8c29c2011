type Options<T> = { idleMs: number; maxMs: number; save: (value: T) => Promise<void> };

/**
 * Saves what is being typed: `idleMs` after the last change, and at most `maxMs` after the first one not yet saved.
 * One save at a time; what changed meanwhile is saved next. A failed save is tried again with the next change or flush.
 */
export class Autosave<T> {
  readonly #options: Options<T>;
  #pending: { value: T } | null = null;
  #since = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #running: Promise<void> | null = null;

  constructor(options: Options<T>) {
    this.#options = options;
  }

  get dirty(): boolean {
    return this.#pending !== null || this.#running !== null;
  }

  change(value: T): void {
    const now = Date.now();
    if (this.#pending === null) this.#since = now;
    this.#pending = { value };
    clearTimeout(this.#timer);
    const wait = Math.max(0, Math.min(this.#options.idleMs, this.#since + this.#options.maxMs - now));
    this.#timer = setTimeout(() => void this.flush(), wait);
  }

  /** Saves now what is not saved yet; resolves when everything is. */
  async flush(): Promise<void> {
    clearTimeout(this.#timer);
    while (this.#running) await this.#running;
    const pending = this.#pending;
    if (pending === null) return;
    this.#pending = null;
    this.#running = this.#save(pending.value);
    await this.#running;
  }

  /** Drops what is not saved yet: it has been sent, or discarded. */
  async cancel(): Promise<void> {
    clearTimeout(this.#timer);
    this.#pending = null;
    if (this.#running) await this.#running;
  }

  async #save(value: T): Promise<void> {
    try {
      await this.#options.save(value);
    } catch {
      this.#pending ??= { value };
    } finally {
      this.#running = null;
    }
  }
}
