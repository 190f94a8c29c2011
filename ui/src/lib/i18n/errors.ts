import type { BidProblem, WireError } from "$lib/backend/types";
import type { I18n } from "./i18n.svelte";

export type ErrorWords = { what: string; then: string };

/** An error in two sentences: what happened, then what was kept and what to do. */
export function errorWords(i18n: I18n, error: WireError): ErrorWords {
  const key = `error_${error.code.replaceAll("-", "_")}`;
  const params = { ...error.params, code: error.code, seconds: error.params.seconds ?? error.params.retry_after ?? "" };
  // A refusal without a sentence of ours: the platform's own title, which comes in the user's language.
  const title = error.params.title;
  if (!i18n.has(key) && typeof title === "string" && title !== "") return { what: title, then: i18n.t("error_refused_then") };
  if (!i18n.has(key)) return { what: i18n.t("error_unknown", { code: error.code }), then: i18n.t("error_unknown_then") };
  return { what: i18n.dynamic(key, "error_unknown", params), then: i18n.has(`${key}_then`) ? i18n.dynamic(`${key}_then`, "error_unknown_then", params) : "" };
}

/** One problem of a bid, its limits written as money or counts. */
export function problemWords(i18n: I18n, problem: BidProblem, currency: string): string {
  const params: Record<string, string | number> = { ...problem.params, code: problem.code };
  for (const name of ["min", "max"]) {
    const value = params[name];
    if (problem.field === "amount" && typeof value === "number") params[name] = i18n.format.units(value, currency);
  }
  if (problem.code === "milestones-sum") {
    for (const name of ["expected", "have"]) {
      params[name] = i18n.format.money({ amount_minor: Number(params[`${name}_minor`]), currency: String(params.currency ?? currency) });
    }
  }
  if (problem.code === "text-too-short") params.count = Number(problem.params.min) - Number(problem.params.have);
  if (problem.code === "text-too-long") params.count = Number(problem.params.have) - Number(problem.params.max);
  return i18n.dynamic(`problem_${problem.code.replaceAll("-", "_")}`, "problem_unknown", params);
}
