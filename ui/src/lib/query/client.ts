import { toWireError, type CommandName, type Host, type Request, type Response } from "$lib/backend";
import type { CoreEvent, Delivered, DownloadProgress, Typing, UploadProgress } from "$lib/backend/types";
import { concerns, keyOf } from "./tags";

const KEPT_ANSWERS = 60;

type Listener = { tags: () => readonly string[]; refetch: () => void };

/** Calls the core, tells the open queries what changed, and keeps the last answers so that going back paints at once. */
export class Client {
  readonly #host: Host;
  readonly #listeners = new Set<Listener>();
  readonly #kept = new Map<string, unknown>();
  readonly #delivered = new Set<(act: Delivered) => void>();
  readonly #typing = new Set<(typing: Typing) => void>();
  readonly #uploads = new Set<(progress: UploadProgress) => void>();
  readonly #downloads = new Set<(progress: DownloadProgress) => void>();

  constructor(host: Host) {
    this.#host = host;
  }

  /** Starts listening; returns the way to stop. */
  start(): () => void {
    return this.#host.listen((event) => this.#receive(event));
  }

  async call<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K>> {
    try {
      return await this.#host.call(name, request);
    } catch (thrown) {
      throw toWireError(thrown);
    }
  }

  /** A call whose answer is worth showing again at once. */
  async read<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K>> {
    const answer = await this.call(name, request);
    this.#keep(name, request, answer);
    return answer;
  }

  /** The last answer to this very request, stale or not. */
  kept<K extends CommandName>(name: K, request: Request<K>): Response<K> | undefined {
    return this.#kept.get(keyOf(name, request)) as Response<K> | undefined;
  }

  /** Nothing of one account may show in another. */
  forget(): void {
    this.#kept.clear();
  }

  onChange(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  onDelivered(handler: (act: Delivered) => void): () => void {
    this.#delivered.add(handler);
    return () => this.#delivered.delete(handler);
  }

  onTyping(handler: (typing: Typing) => void): () => void {
    this.#typing.add(handler);
    return () => this.#typing.delete(handler);
  }

  onUpload(handler: (progress: UploadProgress) => void): () => void {
    this.#uploads.add(handler);
    return () => this.#uploads.delete(handler);
  }

  onDownload(handler: (progress: DownloadProgress) => void): () => void {
    this.#downloads.add(handler);
    return () => this.#downloads.delete(handler);
  }

  #keep<K extends CommandName>(name: K, request: Request<K>, answer: Response<K>): void {
    const key = keyOf(name, request);
    this.#kept.delete(key);
    this.#kept.set(key, answer);
    const oldest = this.#kept.keys().next().value;
    if (this.#kept.size > KEPT_ANSWERS && oldest !== undefined) this.#kept.delete(oldest);
  }

  #receive(event: CoreEvent): void {
    if (event.type === "delivered") for (const handler of this.#delivered) handler(event.act);
    else if (event.type === "typing") for (const handler of this.#typing) handler(event.typing);
    else if (event.type === "upload") for (const handler of this.#uploads) handler(event.progress);
    else if (event.type === "download") for (const handler of this.#downloads) handler(event.progress);
    else if (event.type === "changed") for (const listener of [...this.#listeners]) if (concerns(event.tags, listener.tags())) listener.refetch();
  }
}
