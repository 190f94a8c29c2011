import { invoke } from "@tauri-apps/api/core";
import { listen } from "@tauri-apps/api/event";
import { toWireError, type CommandName, type Host, type Request, type Response } from "./index";
import type { CoreEvent } from "./types";

/** The desktop window: one Tauri command carries them all. */
export class TauriHost implements Host {
  async call<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K>> {
    try {
      return await invoke<Response<K>>("call", { name, request });
    } catch (thrown) {
      throw toWireError(thrown);
    }
  }

  listen(handler: (event: CoreEvent) => void): () => void {
    const stop = listen<CoreEvent>("core", (event) => handler(event.payload));
    return () => void stop.then((unlisten) => unlisten());
  }
}
