import { toWireError, type CommandName, type Request, type Response } from "$lib/backend";
import { reads, type WireError } from "$lib/backend/types";
import type { Client } from "./client";
import { keyOf, tagsOf } from "./tags";

/**
 * One read of the core, kept fresh: fetches when its request changes and when the core says one of its tags changed.
 * While it refreshes, the old data stays; an answer that a later request has overtaken is dropped.
 */
export class Query<K extends CommandName> {
  data = $state.raw<Response<K>>();
  error = $state.raw<WireError | null>(null);
  fetching = $state(false);
  /** The data was read for this visit; until then it is the last answer, kept. */
  fresh = $state(false);

  readonly #client: Client;
  readonly #name: K;
  #request: Request<K> | null = null;
  #key = "";
  #turn = 0;
  #again = false;

  constructor(client: Client, name: K) {
    this.#client = client;
    this.#name = name;
  }

  /** No data yet and none on the way to having failed: show the skeleton. */
  get first(): boolean {
    return this.data === undefined && this.error === null;
  }

  /** Points the query at a request; `null` empties it. The same request again changes nothing. */
  point(request: Request<K> | null): void {
    const key = request === null ? "" : keyOf(this.#name, request);
    if (key === this.#key) return;
    this.#key = key;
    this.#request = request;
    this.#turn += 1;
    this.#again = false;
    this.fetching = false;
    this.error = null;
    this.fresh = false;
    this.data = request === null ? undefined : this.#client.kept(this.#name, request);
    if (request !== null) void this.#fetch();
  }

  /** Reads again; over when the answer is there. While a read is under way, one more follows it, unawaited; a burst of changes costs two reads. */
  refetch = async (): Promise<void> => {
    if (this.#request === null) return;
    if (this.fetching) this.#again = true;
    else await this.#fetch();
  };

  /** Joins the client's events; returns the way to leave. */
  connect(): () => void {
    return this.#client.onChange({
      tags: () => (this.#request === null ? [] : tagsOf(reads[this.#name] ?? [], this.#request)),
      refetch: () => void this.refetch(),
    });
  }

  async #fetch(): Promise<void> {
    const request = this.#request;
    if (request === null) return;
    const turn = ++this.#turn;
    this.fetching = true;
    let answer: Response<K> | undefined;
    let error: WireError | null = null;
    try {
      answer = await this.#client.read(this.#name, request);
    } catch (thrown) {
      error = toWireError(thrown);
    }
    if (turn !== this.#turn) return;
    if (answer !== undefined) {
      this.data = answer;
      this.fresh = true;
    }
    this.error = error;
    this.fetching = false;
    if (this.#again) {
      this.#again = false;
      void this.#fetch();
    }
  }
}
