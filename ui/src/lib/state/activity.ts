/** Signs of the person are told this often at most. */
const EVERY_MS = 15_000;
const SIGNS = ["pointerdown", "keydown", "wheel"] as const;

/** Calls `tell` when the person does something, at once and then now and again. Returns the way to stop. */
export function watchActivity(tell: () => void, now: () => number = () => performance.now()): () => void {
  let told = Number.NEGATIVE_INFINITY;
  const seen = (): void => {
    if (now() - told < EVERY_MS) return;
    told = now();
    tell();
  };
  for (const sign of SIGNS) window.addEventListener(sign, seen, { capture: true, passive: true });
  return () => SIGNS.forEach((sign) => window.removeEventListener(sign, seen, { capture: true }));
}
