import { getContext, setContext } from "svelte";
import { toWireError, type CommandName, type Request, type Response } from "$lib/backend";
import { reads, type Account, type Bootstrap, type Catalog, type Counts, type SessionState, type Settings, type SyncStatus, type WireError } from "$lib/backend/types";
import type { I18n } from "$lib/i18n/i18n.svelte";
import { errorWords } from "$lib/i18n/errors";
import type { Client } from "$lib/query/client";
import { Files } from "./files.svelte";
import { Saves } from "./saves";
import { Throttle } from "./throttle";
import { Clock } from "./clock.svelte";
import { Toasts } from "./toasts.svelte";

const APP = Symbol("app");
/** A sync reports many times a second; a reader needs less. */
const STATUS_MS = 200;
/** The session comes with the status; what is left of the bootstrap changes rarely. */
const BOOT_TAGS = ["settings", "catalog"];

/** What every screen needs to know: who is signed in, how fresh the data is, what waits to be sent. */
export class App {
  readonly client: Client;
  readonly i18n: I18n;
  readonly clock = new Clock();
  readonly toasts = new Toasts();
  readonly saves = new Saves();
  readonly files: Files;

  ready = $state(false);
  bootError = $state.raw<WireError | null>(null);
  session = $state.raw<SessionState>({ state: "starting" });
  settings = $state.raw<Settings>({ locale: null, language: "fr", theme: "system", server: "" });
  sync = $state.raw<SyncStatus>({ online: true, offline_since: null, offline_reason: null, phase: "idle", done: 0, total: null, as_of: null, error: null, indexing: null, storage_error: null, storage_notice: null });
  counts = $state.raw<Counts>({ bids: 0, drafts: 0, unread: 0, queued: 0, needs_attention: 0, alerts: 0 });
  catalog = $state.raw<Catalog | null>(null);
  version = $state("");
  /** The sign-in page is open beside the account in use, which goes on working. */
  adding = $state(false);

  /** Whose data is kept in memory: adding another account does not change that until it is there. */
  #last: string | undefined;

  constructor(client: Client, i18n: I18n) {
    this.client = client;
    this.files = new Files(client);
    this.i18n = i18n;
  }

  get account(): Account | null {
    return this.session.state === "signed-in" ? this.session.account : null;
  }

  get online(): boolean {
    return this.sync.online;
  }

  /** Starts listening, then reads everything once. Returns the way to stop. */
  start(): () => void {
    const stops = [
      this.client.start(),
      this.clock.start(),
      this.files.start(),
      this.client.onChange({ tags: () => reads.status, refetch: new Throttle(() => this.#refresh(), () => STATUS_MS).ask }),
      this.client.onChange({ tags: () => BOOT_TAGS, refetch: () => void this.boot() }),
      this.#tellVisible(),
    ];
    void this.boot();
    return () => stops.forEach((stop) => stop());
  }

  boot = async (): Promise<void> => {
    try {
      const answer = await this.client.call("bootstrap", {});
      this.#take(answer);
      this.ready = true;
      this.bootError = null;
    } catch (thrown) {
      this.bootError = toWireError(thrown);
    }
  };

  /** Runs a command the user asked for; a failure is said in a toast and answered with `null`. */
  async run<K extends CommandName>(name: K, request: Request<K>): Promise<Response<K> | null> {
    try {
      return await this.client.call(name, request);
    } catch (thrown) {
      this.say(toWireError(thrown));
      return null;
    }
  }

  say(error: WireError): void {
    this.toasts.show({ tone: "danger", text: () => errorWords(this.i18n, error).what, detail: () => errorWords(this.i18n, error).then });
  }

  /** Another account of this computer in the place of the one in use. */
  async switchTo(localId: string): Promise<void> {
    const session = await this.run("account_switch", { local_id: localId });
    if (!session) return;
    this.adding = false;
    this.useSession(session);
    await this.boot();
  }

  /** Asks the keyring again. */
  async retry(): Promise<void> {
    const session = await this.run("session_retry", {});
    if (!session) return;
    this.useSession(session);
    if (session.state === "signed-in") await this.boot();
  }

  async set(change: Partial<Pick<Settings, "locale" | "theme">>): Promise<void> {
    const wanted = { locale: this.settings.locale, theme: this.settings.theme, ...change };
    this.#useSettings({ ...this.settings, ...wanted, language: wanted.locale ?? this.settings.language });
    const saved = await this.run("settings_set", wanted);
    if (saved) this.#useSettings(saved);
  }

  useSession(session: SessionState): void {
    const before = this.account?.local_id ?? this.#last;
    const signingIn = this.session.state === "signing-in";
    this.session = session;
    if (session.state === "locked" || (signingIn && session.state === "signed-in")) this.adding = false;
    // Nothing of one account is shown in another one, nor behind a lock.
    const shown = this.account?.local_id ?? (session.state === "signing-in" || session.state === "sign-in-failed" ? before : undefined);
    if (before !== undefined && shown !== before) {
      this.client.forget();
      this.toasts.clear();
      this.files.clear();
    }
    this.#last = shown;
  }

  /** The core tries less often to reach the platform while nobody looks. */
  #tellVisible(): () => void {
    const tell = (): void => void this.client.call("window_visible", { visible: !document.hidden }).catch(() => undefined);
    document.addEventListener("visibilitychange", tell);
    return () => document.removeEventListener("visibilitychange", tell);
  }

  async #refresh(): Promise<void> {
    try {
      const status = await this.client.call("status", {});
      const before = this.account?.local_id;
      this.useSession(status.session);
      this.sync = status.sync;
      this.counts = status.counts;
      if (this.account?.local_id !== before && status.session.state === "signed-in") await this.boot();
    } catch {
      // The screens say their own errors; the next change brings the status again.
    }
  }

  #take(boot: Bootstrap): void {
    this.clock.set(boot.now);
    this.useSession(boot.session);
    this.sync = boot.sync;
    this.counts = boot.counts;
    this.catalog = boot.catalog;
    this.version = boot.version;
    this.#useSettings(boot.settings);
  }

  #useSettings(settings: Settings): void {
    this.settings = settings;
    this.i18n.use(settings.language);
    document.documentElement.dataset.theme = settings.theme;
    localStorage.setItem("theme", settings.theme);
  }
}


export function provideApp(app: App): void {
  setContext(APP, app);
}

export function useApp(): App {
  return getContext<App>(APP);
}
