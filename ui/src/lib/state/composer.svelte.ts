import { toWireError } from "$lib/backend";
import type { BidChecks, BidDraft, BidForm, BidProblem, DraftVersion, WireError } from "$lib/backend/types";
import type { Client } from "$lib/query/client";
import { Autosave } from "./autosave";
import { whenReleased } from "./pointer";

export type BidField = "amount" | "period_days" | "text" | "milestones" | "project";

const IDLE_MS = 400;
const MAX_MS = 900;

/** A bid being written: what is typed, kept safe as it is typed, with the core's checks of what was last saved. */
export class Composer {
  form = $state<BidForm>({ amount: "", period_days: "", text: "", milestones: [] });
  draft = $state.raw<BidDraft | null>(null);
  loadError = $state.raw<WireError | null>(null);
  sendError = $state.raw<WireError | null>(null);
  saveError = $state.raw<WireError | null>(null);
  savedAt = $state<number | null>(null);
  sending = $state(false);
  attempted = $state(false);
  #seen = $state.raw<ReadonlySet<BidField>>(new Set());

  readonly #client: Client;
  readonly #projectId: string;
  readonly #autosave: Autosave<BidForm>;

  constructor(client: Client, projectId: string) {
    this.#client = client;
    this.#projectId = projectId;
    this.#autosave = new Autosave({ idleMs: IDLE_MS, maxMs: MAX_MS, save: (form) => this.#save(form) });
  }

  get checks(): BidChecks {
    return this.draft?.checks ?? { amount: null, fee: null, net: null, problems: [] };
  }

  load = async (): Promise<void> => {
    this.loadError = null;
    try {
      const draft = await this.#client.call("bid_draft_get", { project_id: this.#projectId });
      this.draft = draft;
      this.form = structuredClone(draft.form);
      this.savedAt = draft.saved_at;
    } catch (thrown) {
      this.loadError = toWireError(thrown);
    }
  };

  /** Problems of a field worth saying now: after the field was left with something in it, or after trying to send. */
  problems(field: BidField): BidProblem[] {
    if (field !== "project" && !this.attempted && !this.#seen.has(field)) return [];
    return this.checks.problems.filter((problem) => problem.field === field);
  }

  left(field: BidField): void {
    const filled = field === "milestones" ? this.form.milestones.length > 0 : field !== "project" && this.form[field].trim() !== "";
    whenReleased(() => {
      if (filled) this.#seen = new Set([...this.#seen, field]);
      void this.#autosave.flush();
    });
  }

  changed(): void {
    this.sendError = null;
    this.#autosave.change($state.snapshot(this.form));
  }

  addMilestone(): void {
    this.form.milestones.push({ title: "", amount: "" });
    this.changed();
  }

  removeMilestone(index: number): void {
    this.form.milestones.splice(index, 1);
    this.changed();
  }

  async versions(): Promise<DraftVersion[]> {
    await this.#autosave.flush();
    return this.#client.call("bid_draft_versions", { project_id: this.#projectId });
  }

  restore(version: DraftVersion): void {
    this.form = structuredClone(version.form);
    this.changed();
    void this.#autosave.flush();
  }

  /** Sends once, however often it is asked: the second click finds the first under way. */
  async submit(): Promise<{ act_id: string } | null> {
    if (this.sending || this.draft === null) return null;
    this.sending = true;
    this.attempted = true;
    this.sendError = null;
    try {
      const form = $state.snapshot(this.form);
      this.#autosave.change(form);
      await this.#autosave.flush();
      if (this.checks.problems.length > 0) return null;
      return await this.#client.call("bid_submit", { project_id: this.#projectId, form });
    } catch (thrown) {
      this.sendError = toWireError(thrown);
      return null;
    } finally {
      this.sending = false;
    }
  }

  async discard(): Promise<void> {
    await this.#autosave.cancel();
    await this.#client.call("bid_draft_discard", { project_id: this.#projectId });
  }

  flush(): Promise<void> {
    return this.#autosave.flush();
  }

  async #save(form: BidForm): Promise<void> {
    try {
      const draft = await this.#client.call("bid_draft_save", { project_id: this.#projectId, form });
      this.draft = draft;
      this.savedAt = draft.saved_at;
      this.saveError = null;
    } catch (thrown) {
      this.saveError = toWireError(thrown);
      throw thrown;
    }
  }
}
