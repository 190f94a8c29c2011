/**
 * Saves that outlive the screen that began them. Whoever opens the same thing again waits for its save first:
 * a read that overtook it would bring back an older draft, and the next keystroke would save that one.
 */
export class Saves {
  readonly #under = new Map<string, Promise<void>>();

  track(key: string, save: Promise<void>): void {
    const tracked = save.finally(() => {
      if (this.#under.get(key) === tracked) this.#under.delete(key);
    });
    this.#under.set(key, tracked);
  }

  /** `null` when nothing is being saved: no need to wait even a moment. */
  pending(key: string): Promise<void> | null {
    return this.#under.get(key) ?? null;
  }
}
