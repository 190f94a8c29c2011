import { getContext, setContext, untrack } from "svelte";
import type { CommandName, Request } from "$lib/backend";
import type { Client } from "./client";
import { Query } from "./query.svelte";

const CLIENT = Symbol("client");

export function provideClient(client: Client): void {
  setContext(CLIENT, client);
}

export function useClient(): Client {
  return getContext<Client>(CLIENT);
}

/** A read that lives as long as the component; `request` may return `null` while there is nothing to ask. */
export function useQuery<K extends CommandName>(name: K, request: () => Request<K> | null): Query<K> {
  const query = new Query(useClient(), name);
  $effect.pre(() => {
    const wanted = request();
    untrack(() => query.point(wanted));
  });
  $effect(() => query.connect());
  return query;
}
