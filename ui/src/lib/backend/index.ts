import type { CommandMap, CoreEvent, WireError } from "./types";

export type CommandName = keyof CommandMap;
export type Request<K extends CommandName> = CommandMap[K][0];
export type Response<K extends CommandName> = CommandMap[K][1];

/** What the window needs from whatever runs the core: the Tauri shell, or the bridge in a browser. */
export interface Host {
  /** Rejects with a `WireError`, never with anything else. */
  call<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K>>;
  /** Events in the order the core sent them. Returns the way to stop listening. */
  listen(handler: (event: CoreEvent) => void): () => void;
}

export async function openHost(): Promise<Host> {
  if ("__TAURI_INTERNALS__" in window) {
    const { TauriHost } = await import("./tauri");
    return new TauriHost();
  }
  const { BridgeHost } = await import("./bridge");
  return new BridgeHost();
}

export function isWireError(value: unknown): value is WireError {
  return typeof value === "object" && value !== null && "code" in value && typeof value.code === "string";
}

/** Whatever was thrown, as an error the window has words for. */
export function toWireError(value: unknown): WireError {
  if (isWireError(value)) return { code: value.code, params: value.params ?? {} };
  return { code: "internal", params: { detail: value instanceof Error ? value.message : String(value) } };
}
