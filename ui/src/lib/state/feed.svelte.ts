import { getContext, setContext } from "svelte";
import { toWireError } from "$lib/backend";
import { reads, type ProjectFilters, type ProjectRow, type Sort, type WireError } from "$lib/backend/types";
import type { Client } from "$lib/query/client";
import { Throttle } from "./throttle";

const FEED = Symbol("feed");
export const PAGE = 100;
const KEPT_PAGES = 30;
/** Between two keystrokes: shorter than can be felt, long enough to spare most of the questions. */
const TYPING_MS = 60;
const REFRESH_MS = 100;
const FILLING_MS = 1_000;

export const noFilters: ProjectFilters = {
  skills: [], category: null, kind: null, budget_min: null, budget_max: null, currency: null, language: null, country: null, city: null,
  remote: null, client_verified: false, bids_max: null, max_age_days: null, not_bid: false,
};

type Ask = { query: string; filters: ProjectFilters; sort: Sort };
/** After a refresh: the row that was at `from` is now at `to`, so that the view can stay where the reader was. */
export type Moved = { from: number; to: number };

/**
 * The feed as a window over any number of rows: pages of the current question are read as they scroll into view.
 * A new question keeps the old rows on screen until its first page is there; an overtaken answer is dropped.
 */
export class Feed {
  query = $state("");
  filters = $state.raw<ProjectFilters>(noFilters);
  sort = $state<Sort>("newest");

  total = $state<number | null>(null);
  /** A search is counted so far and no further. */
  more = $state(false);
  error = $state.raw<WireError | null>(null);
  searching = $state(false);
  /** Grows with every new question answered: the list goes back to its top. */
  answered = $state(0);
  moved = $state.raw<Moved | null>(null);

  readonly #client: Client;
  readonly #refreshes: Throttle;
  #pages = $state.raw<ReadonlyMap<number, ProjectRow[]>>(new Map());
  #wanted: readonly [number, number] = [0, 0];
  #loading = new Set<number>();
  #turn = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  /** `filling`: the first sync is under way and rows pour in; the list then follows once a second. */
  constructor(client: Client, filling: () => boolean = () => false) {
    this.#client = client;
    this.#refreshes = new Throttle(
      () => this.refresh(),
      () => (filling() ? FILLING_MS : REFRESH_MS),
    );
  }

  /** Listens for changes; returns the way to stop. */
  start(): () => void {
    return this.#client.onChange({ tags: () => reads.projects_list, refetch: this.#refreshes.ask });
  }

  get activeFilters(): number {
    return (Object.keys(noFilters) as (keyof ProjectFilters)[]).filter((name) => JSON.stringify(this.filters[name]) !== JSON.stringify(noFilters[name])).length;
  }

  row(index: number): ProjectRow | undefined {
    return this.#pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  }

  indexOf(id: string): number {
    for (const [page, rows] of this.#pages) {
      const at = rows.findIndex((row) => row.id === id);
      if (at >= 0) return page * PAGE + at;
    }
    return -1;
  }

  /** Changes the question; it is asked when no further change follows at once. Leaving the screen does not stop it. */
  change(ask: Partial<Ask>): void {
    this.query = ask.query ?? this.query;
    this.filters = ask.filters ?? this.filters;
    this.sort = ask.sort ?? this.sort;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => void this.search(), TYPING_MS);
  }

  /** Asks the question as it stands now. */
  async search(): Promise<void> {
    clearTimeout(this.#timer);
    const turn = ++this.#turn;
    const ask = this.#ask();
    this.searching = true;
    this.#loading.clear();
    try {
      const answer = await this.#client.call("projects_list", { ...ask, offset: 0, limit: PAGE });
      if (turn !== this.#turn) return;
      this.#pages = new Map([[0, answer.rows]]);
      this.total = answer.total;
      this.more = answer.more;
      this.error = null;
      this.answered += 1;
    } catch (thrown) {
      if (turn === this.#turn) this.error = toWireError(thrown);
    } finally {
      if (turn === this.#turn) this.searching = false;
    }
  }

  /** The rows now in view; reads the pages that are missing. */
  show(first: number, last: number): void {
    this.#wanted = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    if (this.total === null) return;
    for (let page = this.#wanted[0]; page <= this.#wanted[1] && page * PAGE < this.total; page += 1) {
      if (!this.#pages.has(page) && !this.#loading.has(page)) void this.#load(page);
    }
  }

  /** The same question again, for the pages in view: something changed underneath. */
  async refresh(): Promise<void> {
    if (this.total === null && this.error === null) return;
    const turn = this.#turn;
    const [first, last] = this.#wanted;
    const anchor = this.row(first * PAGE)?.id ?? null;
    try {
      const pages = new Map<number, ProjectRow[]>();
      for (let page = first; page <= last; page += 1) {
        const answer = await this.#client.call("projects_list", { ...this.#ask(), offset: page * PAGE, limit: PAGE });
        if (turn !== this.#turn) return;
        pages.set(page, answer.rows);
        this.total = answer.total;
        this.more = answer.more;
      }
      this.#pages = pages;
      this.error = null;
      const now = anchor === null ? -1 : this.indexOf(anchor);
      if (first > 0 && now >= 0 && now !== first * PAGE) this.moved = { from: first * PAGE, to: now };
      else if (first === 0 && anchor !== null && now > 0) this.moved = { from: 0, to: now };
    } catch (thrown) {
      if (turn === this.#turn) this.error = toWireError(thrown);
    }
  }

  async #load(page: number): Promise<void> {
    const turn = this.#turn;
    this.#loading.add(page);
    try {
      const answer = await this.#client.call("projects_list", { ...this.#ask(), offset: page * PAGE, limit: PAGE });
      if (turn !== this.#turn) return;
      const pages = new Map(this.#pages);
      pages.delete(page);
      pages.set(page, answer.rows);
      for (const old of pages.keys()) {
        if (pages.size <= KEPT_PAGES) break;
        if (old < this.#wanted[0] || old > this.#wanted[1]) pages.delete(old);
      }
      this.#pages = pages;
      this.total = answer.total;
      this.more = answer.more;
    } catch (thrown) {
      if (turn === this.#turn) this.error = toWireError(thrown);
    } finally {
      this.#loading.delete(page);
    }
  }

  #ask(): Ask {
    return { query: this.query, filters: this.filters, sort: this.sort };
  }
}

export function provideFeed(feed: Feed): void {
  setContext(FEED, feed);
}

export function useFeed(): Feed {
  return getContext<Feed>(FEED);
}
