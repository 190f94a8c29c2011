let down = false;

const set = (value: boolean) => (): void => {
  down = value;
};
window.addEventListener("pointerdown", set(true), { capture: true });
window.addEventListener("pointerup", set(false), { capture: true });
window.addEventListener("pointercancel", set(false), { capture: true });

/**
 * Runs once no button is held. What appears on leaving a field would otherwise move the button being pressed
 * from under the pointer, and its click would never happen.
 */
export function whenReleased(run: () => void): void {
  if (!down) {
    run();
    return;
  }
  const go = (): void => {
    window.removeEventListener("pointerup", go, { capture: true });
    window.removeEventListener("pointercancel", go, { capture: true });
    setTimeout(run);
  };
  window.addEventListener("pointerup", go, { capture: true });
  window.addEventListener("pointercancel", go, { capture: true });
}
