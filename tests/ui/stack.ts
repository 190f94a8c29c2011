import { spawn, type ChildProcess } from "node:child_process";
import { closeSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";

const root = resolve(fileURLToPath(new URL("../..", import.meta.url)));
const binaries = process.env.PRESTA_BIN ?? join(root, "target", "debug");

/** `disk`: the profile lies on a filesystem of so many megabytes. */
type Options = { seed?: string; live?: boolean; listings?: object[]; serve?: string[]; disk?: number };

/**
 * A platform, and a bridge in its own keyring session, each on a free port and with a directory of its own.
 * Everything is ended by `stop`, by process group: the keyring daemon stays behind otherwise.
 */
export class Stack {
  readonly dir = mkdtempSync(join(tmpdir(), "presta-ui-"));
  platformUrl = "";
  appUrl = "";
  #platform: ChildProcess | null = null;
  #bridge: ChildProcess | null = null;
  #disk: number | null = null;

  static async start(options: Options = {}): Promise<Stack> {
    const stack = new Stack();
    stack.#disk = options.disk ?? null;
    try {
      if (options.listings) await stack.#import(options.listings);
      await stack.startPlatform("127.0.0.1:0", options);
      await stack.startBridge();
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  /** Another computer, with the same platform. */
  static async beside(other: Stack): Promise<Stack> {
    const stack = new Stack();
    stack.platformUrl = other.platformUrl;
    try {
      await stack.startBridge();
      return stack;
    } catch (error) {
      await stack.stop();
      throw error;
    }
  }

  async startPlatform(listen = new URL(this.platformUrl).host, options: Options = {}): Promise<void> {
    const args = ["serve", "--listen", listen, "--data", join(this.dir, "platform"), "--seed", options.seed ?? "demo"];
    if (options.live) args.push("--live");
    args.push(...(options.serve ?? []));
    const [child, line] = await this.#spawn(join(binaries, "presta-platform"), args, {});
    this.#platform = child;
    this.platformUrl = (JSON.parse(line) as { url: string }).url;
  }

  /** The same profile again after `stopBridge`: what a restart of the app is. */
  async startBridge(keyring: "unlocked" | "none" = "unlocked"): Promise<void> {
    const home = join(this.dir, "home");
    for (const part of ["run", ".local/share", ".config", "profile"]) mkdirSync(join(home, part), { recursive: true, mode: 0o700 });
    const unlock = 'eval "$(printf %s testpw | gnome-keyring-daemon --unlock --components=secrets)"; exec "$@"';
    const env = { HOME: home, XDG_RUNTIME_DIR: join(home, "run"), XDG_DATA_HOME: join(home, ".local/share"), XDG_CONFIG_HOME: join(home, ".config"), PRESTA_PROFILE: join(home, "profile"), PRESTA_SERVER: this.platformUrl, LANG: "fr_FR.UTF-8" };
    const bridge = [join(binaries, "presta-bridge"), "--no-browser", "--ui", join(root, "ui", "dist")];
    const inside = keyring === "unlocked" ? ["dbus-run-session", "--", "bash", "-c", unlock, "_", ...bridge] : bridge;
    // A mount namespace asks for no rights where the system lets a user make one; the disk ends with it.
    const mount = `mount -t tmpfs -o size=${this.#disk}m tmpfs "$PRESTA_PROFILE" && exec "$@"`;
    const [command = "", ...args] = this.#disk === null ? inside : ["unshare", "--map-root-user", "--mount", "--", "bash", "-c", mount, "_", ...inside];
    const [child, line] = await this.#spawn(command, args, keyring === "unlocked" ? env : { ...env, DBUS_SESSION_BUS_ADDRESS: "unix:path=/nonexistent/bus" });
    this.#bridge = child;
    this.appUrl = (JSON.parse(line) as { url: string }).url;
  }

  /** Takes all the room there is on the profile's disk. */
  fillDisk(): void {
    const file = openSync(this.#filler(), "a");
    try {
      for (;;) writeSync(file, Buffer.alloc(4096));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
    } finally {
      closeSync(file);
    }
  }

  freeDisk(): void {
    rmSync(this.#filler());
  }

  /** Beside the profile's files, seen from within the namespace. */
  #filler(): string {
    if (this.#disk === null || this.#bridge?.pid === undefined) throw new Error("no disk of its own");
    return join(`/proc/${this.#bridge.pid}/root`, this.dir, "home/profile/filler");
  }

  async stopPlatform(): Promise<void> {
    await end(this.#platform, "SIGTERM");
    this.#platform = null;
  }

  async stopBridge(): Promise<void> {
    await end(this.#bridge, "SIGKILL");
    this.#bridge = null;
  }

  async stop(): Promise<void> {
    await this.stopBridge();
    await this.stopPlatform();
    rmSync(this.dir, { recursive: true, force: true, maxRetries: 3 });
  }

  async #import(listings: object[]): Promise<void> {
    const { writeFileSync } = await import("node:fs");
    const file = join(this.dir, "listings.ndjson");
    writeFileSync(file, listings.map((listing) => JSON.stringify(listing)).join("\n"));
    const child = spawn(join(binaries, "presta-platform"), ["import", file, "--data", join(this.dir, "platform")], { stdio: "ignore" });
    await new Promise<void>((done, fail) => child.once("exit", (code) => (code === 0 ? done() : fail(new Error(`import ended with ${code}`)))));
  }

  #spawn(command: string, args: string[], env: Record<string, string>): Promise<[ChildProcess, string]> {
    const child = spawn(command, args, { env: { ...process.env, ...env }, stdio: ["ignore", "pipe", process.env.PRESTA_LOG ? "inherit" : "ignore"], detached: true });
    return new Promise((done, fail) => {
      if (child.stdout) createInterface({ input: child.stdout }).once("line", (line) => done([child, line]));
      child.once("error", fail);
      child.once("exit", (code) => fail(new Error(`${command} ended with ${code} before it was ready`)));
    });
  }
}

async function end(child: ChildProcess | null, signal: NodeJS.Signals): Promise<void> {
  if (child?.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const gone = new Promise((done) => child.once("exit", done));
  process.kill(-child.pid, signal);
  await gone;
}
