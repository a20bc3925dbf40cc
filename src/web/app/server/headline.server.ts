import type { Measured, Verdict } from "../../../kit/paper.ts";
import type { Outcome } from "../../../runs/types.ts";
import type { RunRecord } from "../../../store/runs.ts";
import { formatMeasured } from "../lib/format.ts";

/** The verdict of a claim run that is done. */
export function verdictOf(run: RunRecord): Verdict | null {
  const outcome = run.outcome as Outcome | null;
  return outcome?.status === "done" && "verdict" in outcome ? outcome.verdict : null;
}

/** A measured number in words: value, unit and interval. */
export function measuredText(m: Measured): string {
  const { value, interval } = formatMeasured(m);
  return `${value}${m.unit ? ` ${m.unit}` : ""}${interval ? ` (${interval})` : ""}`;
}

/** The first number of a run's first required part, for the scoreboard. */
export function headlineOf(run: RunRecord): { label: string; value: string } | null {
  const parts = verdictOf(run)?.parts ?? [];
  const first = (parts.find((part) => part.required && part.measured.length > 0) ?? parts[0])?.measured[0];
  return first ? { label: first.label, value: measuredText(first) } : null;
}
