/**
 * Runs at once, then at most every `everyMs`; what is asked meanwhile is one more run at the end.
 * A run that takes longer than the interval is waited for: two never overlap.
 */
export class Throttle {
  readonly #run: () => Promise<void>;
  readonly #everyMs: () => number;
  #busy = false;
  #again = false;

  constructor(run: () => Promise<void>, everyMs: () => number) {
    this.#run = run;
    this.#everyMs = everyMs;
  }

  ask = (): void => {
    if (this.#busy) this.#again = true;
    else void this.#go();
  };

  async #go(): Promise<void> {
    this.#busy = true;
    do {
      this.#again = false;
      await this.#run();
      await new Promise((done) => setTimeout(done, this.#everyMs()));
    } while (this.#again);
    this.#busy = false;
  }
}
