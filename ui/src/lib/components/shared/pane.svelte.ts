const KEY = "list-width";
const USUAL = 420;

/** The width of the list column, one for all screens, kept between runs. */
export class Pane {
  static readonly min = 300;
  static readonly max = 680;
  width = $state(read());

  set(width: number): void {
    this.width = Math.round(Math.min(Pane.max, Math.max(Pane.min, width)));
    localStorage.setItem(KEY, String(this.width));
  }

  reset(): void {
    this.set(USUAL);
  }
}

function read(): number {
  const kept = Number(localStorage.getItem(KEY));
  return kept >= Pane.min && kept <= Pane.max ? kept : USUAL;
}
