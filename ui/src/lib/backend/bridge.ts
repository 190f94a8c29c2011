import { isWireError, type CommandName, type Host, type Request, type Response } from "./index";
import type { CoreEvent, WireError } from "./types";

const TOKEN = "bridge-token";
const RECONNECT_MS = 500;

/** The core behind presta-bridge: the same commands over HTTP, its events over a WebSocket. Development and tests only. */
export class BridgeHost implements Host {
  readonly #token = takeToken();

  async call<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K>> {
    let answer: globalThis.Response;
    try {
      answer = await fetch(`${location.origin}/call/${name}`, {
        method: "POST",
        headers: { "Content-Type": "application/json", Authorization: `Bearer ${this.#token}` },
        body: JSON.stringify(request),
      });
    } catch {
      throw wireError("bridge-unreachable");
    }
    const body: unknown = await answer.json().catch(() => null);
    if (answer.ok) return body as Response<K>;
    throw isWireError(body) ? body : wireError("bad-answer", { status: answer.status });
  }

  listen(handler: (event: CoreEvent) => void): () => void {
    let stopped = false;
    let socket: WebSocket | null = null;
    const connect = (): void => {
      const url = new URL("/events", location.href);
      url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
      url.hash = "";
      url.searchParams.set("token", this.#token);
      socket = new WebSocket(url);
      socket.onmessage = (message: MessageEvent<string>) => handler(JSON.parse(message.data) as CoreEvent);
      socket.onclose = () => {
        if (!stopped) setTimeout(connect, RECONNECT_MS);
      };
    };
    connect();
    return () => {
      stopped = true;
      socket?.close();
    };
  }
}

/** The token comes once, in the fragment; it leaves the address bar at once and lives in this tab only. */
function takeToken(): string {
  const fragment = new URLSearchParams(location.hash.slice(1));
  const given = fragment.get("token");
  if (given === null) return sessionStorage.getItem(TOKEN) ?? "";
  sessionStorage.setItem(TOKEN, given);
  history.replaceState(null, "", location.pathname + location.search);
  return given;
}

function wireError(code: string, params: WireError["params"] = {}): WireError {
  return { code, params };
}
