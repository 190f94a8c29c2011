import { toWireError } from "$lib/backend";
import type { AttachmentRow, DownloadProgress, UploadProgress, WireError } from "$lib/backend/types";
import type { Client } from "$lib/query/client";

/** Bytes handed to the core at a time; small enough that writing them as JSON takes less than a frame. */
const PIECE = 256 * 1024;

/** A file on its way into a draft. `id` is the core's, once the copy is whole. */
export type Copy = { key: number; threadId: string; name: string; size: number; done: number; id: string | null; error: WireError | null };

/**
 * Files between the window, the core and the platform. Kept beside the screens: a copy or a download goes on when another
 * screen is shown. Files are copied one after the other, piece by piece, so that memory and the window stay free.
 */
export class Files {
  copies = $state.raw<Copy[]>([]);
  /** Bytes that the platform has, by the id of what is being sent. */
  sent = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** Bytes that are here, by the id of what is being saved. */
  saving = $state.raw<ReadonlyMap<string, number>>(new Map());
  /** The ids of what was saved. */
  saved = $state.raw<ReadonlySet<string>>(new Set());

  readonly #client: Client;
  #queue: Promise<void> = Promise.resolve();
  #next = 1;

  constructor(client: Client) {
    this.#client = client;
  }

  /** Starts listening; returns the way to stop. */
  start(): () => void {
    const stops = [this.#client.onUpload((progress) => this.#uploaded(progress)), this.#client.onDownload((progress) => this.#downloaded(progress))];
    return () => stops.forEach((stop) => stop());
  }

  /** Copies into the draft of a conversation. What fails stays in `copies`, with its reason. */
  add(threadId: string, files: Iterable<File>): void {
    for (const file of files) {
      const copy: Copy = { key: this.#next++, threadId, name: file.name, size: file.size, done: 0, id: null, error: null };
      this.copies = [...this.copies, copy];
      this.#queue = this.#queue.then(() => this.#copy(copy.key, threadId, file));
    }
  }

  /** Takes a copy off the list; one that is under way ends with its next piece, and nothing of it is kept. */
  drop(key: number): void {
    this.copies = this.copies.filter((copy) => copy.key !== key);
  }

  /** The draft shows these files itself. */
  settle(ids: ReadonlySet<string>): void {
    if (this.copies.some((copy) => copy.id !== null && ids.has(copy.id))) this.copies = this.copies.filter((copy) => copy.id === null || !ids.has(copy.id));
  }

  /** What was in the draft of a conversation went with a message, maybe before the draft showed it. */
  left(threadId: string): void {
    this.copies = this.copies.filter((copy) => copy.threadId !== threadId || copy.id === null);
  }

  /** Saves a file where downloads go. The answer is its name there, `null` when it was stopped. */
  async save(threadId: string, file: AttachmentRow): Promise<string | null> {
    this.saving = new Map(this.saving).set(file.id, 0);
    try {
      const { name } = await this.#client.call("attachment_save", { thread_id: threadId, attachment_id: file.id });
      this.saved = new Set(this.saved).add(file.id);
      return name;
    } catch (thrown) {
      const error = toWireError(thrown);
      if (error.code === "attachment-cancelled") return null;
      throw error;
    } finally {
      this.saving = without(this.saving, file.id);
    }
  }

  /** Nothing of one account is shown in another one. */
  clear(): void {
    this.copies = [];
    this.sent = new Map();
    this.saving = new Map();
    this.saved = new Set();
  }

  async #copy(key: number, threadId: string, file: File): Promise<void> {
    let id: string | null = null;
    try {
      if (!this.#has(key)) return;
      const begun = await this.#client.call("attachment_stage_begin", { place: { in: "thread", id: threadId }, name: file.name, size: file.size });
      id = begun.id;
      for (let offset = 0; offset < file.size && this.#has(key); offset += PIECE) {
        const bytes = await base64(file.slice(offset, offset + PIECE));
        await this.#client.call("attachment_stage_piece", { id, offset, bytes });
        this.#change(key, { done: Math.min(offset + PIECE, file.size) });
      }
      if (!this.#has(key)) return await this.#cancel(id);
      const row = await this.#client.call("attachment_stage_finish", { id });
      this.#change(key, { id: row.id, done: file.size });
    } catch (thrown) {
      if (id !== null) await this.#cancel(id);
      this.#change(key, { error: toWireError(thrown) });
    }
  }

  async #cancel(id: string): Promise<void> {
    // A copy that nobody goes on with is given up by the core itself.
    await this.#client.call("attachment_stage_cancel", { id }).catch(() => undefined);
  }

  #has(key: number): boolean {
    return this.copies.some((copy) => copy.key === key);
  }

  #change(key: number, change: Partial<Copy>): void {
    this.copies = this.copies.map((copy) => (copy.key === key ? { ...copy, ...change } : copy));
  }

  #uploaded({ id, sent, size }: UploadProgress): void {
    this.sent = sent < size ? new Map(this.sent).set(id, sent) : without(this.sent, id);
  }

  #downloaded({ id, done }: DownloadProgress): void {
    if (this.saving.has(id)) this.saving = new Map(this.saving).set(id, done);
  }
}

function without<T>(map: ReadonlyMap<string, T>, key: string): Map<string, T> {
  const rest = new Map(map);
  rest.delete(key);
  return rest;
}

/** The bytes in Base64. The browser does it, off the thread that paints. */
function base64(blob: Blob): Promise<string> {
  return new Promise((done, fail) => {
    const reader = new FileReader();
    reader.onload = () => done(String(reader.result).slice(String(reader.result).indexOf(",") + 1));
    reader.onerror = () => fail({ code: "attachment-unreadable", params: {} } satisfies WireError);
    reader.readAsDataURL(blob);
  });
}
