import { getContext, setContext } from "svelte";
import type { ActRow, Reopened, Side } from "$lib/backend/types";
import type { Router } from "$lib/router/router.svelte";
import { toComposer, toThread } from "$lib/router/routes";
import type { App } from "./app.svelte";

const ACTS = Symbol("acts");
export type ActAction = "retry" | "confirm" | "edit" | "discard" | "merge" | "undo";

/** What can be done about something that waits to be sent. Discarding asks first. */
export class Acts {
  asking = $state<string | null>(null);
  /** The act whose two versions are compared. */
  merging = $state<string | null>(null);
  busy = $state<string | null>(null);
  /** Grows when a message went back to its draft: an open conversation takes it up. */
  edits = $state(0);
  readonly #app: App;
  readonly #router: Router;

  constructor(app: App, router: Router) {
    this.#app = app;
    this.#router = router;
  }

  async do(action: ActAction, id: string): Promise<void> {
    if (action === "discard") {
      this.asking = id;
      return;
    }
    if (action === "merge") {
      this.merging = id;
      return;
    }
    if (this.busy !== null) return;
    this.busy = id;
    try {
      if (action === "retry") await this.#app.run("queue_retry", { act_id: id });
      else if (action === "confirm") await this.#app.run("queue_confirm", { act_id: id });
      else if (action === "undo") {
        const place = await this.#app.run("queue_undo", { act_id: id });
        if (place) {
          this.left(id);
          this.#app.toasts.show({ tone: "neutral", text: () => this.#app.i18n.t("act_undone") });
          this.#goTo(place);
        }
      } else {
        const place = await this.#app.run("queue_edit", { act_id: id });
        if (place) this.#goTo(place);
      }
    } finally {
      this.busy = null;
    }
  }

  /** What others will see was queued: while it can be taken back, a notice offers to. */
  async sent(id: string): Promise<void> {
    const settings = await this.#app.run("queue_settings", {});
    const seconds = settings?.undo_seconds ?? 0;
    if (seconds === 0) return;
    const { i18n, toasts } = this.#app;
    const action = { label: () => i18n.t("undo_send"), run: () => void this.do("undo", id) };
    toasts.show({ tone: "neutral", text: () => i18n.t("sending_soon", { count: seconds }), action, group: id, ms: seconds * 1000 });
  }

  /** The act is no longer in the queue: nothing is left to take back. */
  left(id: string): void {
    const notice = this.#app.toasts.list.find((toast) => toast.group === id);
    if (notice) this.#app.toasts.dismiss(notice.id);
  }

  /** Ends a conflict with the side chosen for each member. */
  async merge(choices: Record<string, Side>): Promise<void> {
    const id = this.merging;
    this.merging = null;
    if (id !== null) await this.#app.run("queue_merge", { act_id: id, choices });
  }

  #goTo(place: Reopened): void {
    if (place.thread_id) {
      this.edits += 1;
      this.#router.go(toThread(place.thread_id));
    } else if (place.project_id) this.#router.go(toComposer(place.project_id));
  }

  async discard(): Promise<void> {
    const id = this.asking;
    this.asking = null;
    if (id === null) return;
    const done = await this.#app.run("queue_discard", { act_id: id });
    if (done) this.#app.toasts.show({ tone: "neutral", text: () => this.#app.i18n.t("act_discarded") });
  }
}

/** The quota is used up: sending anyway would only ask again, so the action is to try again later. */
export function outOfQuota(act: ActRow): boolean {
  return act.differences.some((difference) => difference.field === "quota");
}

/** Nothing more happens until the person decides. */
export function needsThePerson(state: ActRow["state"]): boolean {
  return state === "needs-confirmation" || state === "refused" || state === "conflict" || state === "in-doubt";
}

/** Which actions make sense in a state, the likeliest first. */
export function actionsFor({ state, kind, in_doubt }: Pick<ActRow, "state" | "kind" | "in_doubt">): ActAction[] {
  // What may have arrived is neither changed nor dropped, until it stopped for the person to decide.
  if (in_doubt && state !== "in-doubt") return state === "waiting-retry" ? ["retry"] : [];
  const editable = kind === "bid-place" || kind === "message-send" || kind === "thread-open";
  const edit: ActAction[] = editable ? ["edit"] : [];
  switch (state) {
    case "needs-confirmation":
      return ["confirm", ...edit, "discard"];
    case "refused":
      return editable ? ["edit", "retry", "discard"] : ["retry", "discard"];
    case "waiting-retry":
      return ["retry", ...edit, "discard"];
    case "conflict":
      return ["merge", "discard"];
    case "in-doubt":
      return ["retry", "discard"];
    case "queued":
    case "waiting-network":
      return [...edit, "discard"];
    default:
      return [];
  }
}

export function provideActs(acts: Acts): void {
  setContext(ACTS, acts);
}

export function useActs(): Acts {
  return getContext<Acts>(ACTS);
}
