const TICK_MS = 15_000;

/** The core's time, moving. Relative times read it and so stay true while the window is open. */
export class Clock {
  now = $state(Date.now());
  #ahead = 0;

  set(coreNow: number): void {
    this.#ahead = coreNow - Date.now();
    this.now = coreNow;
  }

  /** The time right now, for what cannot wait for the next tick. Not reactive. */
  read(): number {
    return Date.now() + this.#ahead;
  }

  start(): () => void {
    const timer = setInterval(() => (this.now = this.read()), TICK_MS);
    return () => clearInterval(timer);
  }
}
