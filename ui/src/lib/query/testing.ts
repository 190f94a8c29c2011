import type { CommandName, Host, Request, Response } from "$lib/backend";
import type { CoreEvent } from "$lib/backend/types";

type Waiting = { name: CommandName; request: unknown; answer: (value: unknown) => void; refuse: (error: unknown) => void };

/** A host whose answers the test gives, one by one, in any order. For unit tests only. */
export class HeldHost implements Host {
  readonly calls: Waiting[] = [];
  #handlers = new Set<(event: CoreEvent) => void>();

  call<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K>> {
    return new Promise((answer, refuse) => this.calls.push({ name, request, answer: answer as (value: unknown) => void, refuse }));
  }

  listen(handler: (event: CoreEvent) => void): () => void {
    this.#handlers.add(handler);
    return () => this.#handlers.delete(handler);
  }

  emit(event: CoreEvent): void {
    for (const handler of this.#handlers) handler(event);
  }
}

/** Lets every promise that is ready run. */
export const settled = (): Promise<void> => new Promise((done) => setTimeout(done));
