import type { BidStage } from "$lib/backend/types";
import type { MessageKey } from "$lib/i18n/translate";

export type StageTone = "neutral" | "accent" | "success" | "warning" | "danger";

/** A bid's stage: its words and its colour, which never comes alone. */
export const stages: Record<BidStage, { label: MessageKey; tone: StageTone }> = {
  attention: { label: "stage_attention", tone: "warning" },
  draft: { label: "stage_draft", tone: "neutral" },
  queued: { label: "stage_queued", tone: "accent" },
  submitted: { label: "stage_submitted", tone: "accent" },
  shortlisted: { label: "stage_shortlisted", tone: "success" },
  awarded: { label: "stage_awarded", tone: "success" },
  accepted: { label: "stage_accepted", tone: "success" },
  completed: { label: "stage_completed", tone: "success" },
  revoked: { label: "stage_revoked", tone: "danger" },
  rejected: { label: "stage_rejected", tone: "danger" },
  lost: { label: "stage_lost", tone: "neutral" },
  declined: { label: "stage_declined", tone: "neutral" },
  retracted: { label: "stage_retracted", tone: "neutral" },
  unknown: { label: "stage_unknown", tone: "neutral" },
};

/** The pipeline, in the order of work: what waits for me, what is out, what is over. */
export const pipeline = Object.keys(stages) as BidStage[];
