import type { Row, Run } from "../../../kit/paper.ts";
import { mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { type Design, designs } from "./regression.ts";
import type { Drift } from "./streams.ts";
import type { Arm, ArmResult } from "./trials.ts";

/** What every arm came to on every stream of one kind of drift. */
export interface Outcome {
  drift: Drift;
  arms: Arm[];
  /** One list of arm results a stream. */
  results: ArmResult[][];
}

export function errorsOf({ arms, results }: Outcome, label: string): number[] {
  const at = arms.findIndex((arm) => arm.label === label);
  return results.map((arm) => arm[at]?.error ?? Number.NaN);
}

export function ratesOf({ arms, results }: Outcome, label: string): number[] {
  const at = arms.findIndex((arm) => arm.label === label);
  return results.map((arm) => arm[at]?.labelRate ?? Number.NaN);
}

/** Errors, differences to random and label rates, by drift and arm. */
export function errorTable(
  run: Run,
  name: string,
  title: string,
  outcomes: readonly Outcome[],
  chosen: Row = {},
): void {
  const rows = outcomes.flatMap((outcome) =>
    outcome.arms.map(({ label }): Row => {
      const gap = pairedInterval(errorsOf(outcome, label), errorsOf(outcome, "random"));
      const reference = label === "random";
      return {
        drift: outcome.drift,
        strategy: label === chosen[outcome.drift] ? `${label} (chosen)` : label,
        error: mean(errorsOf(outcome, label)),
        gap: reference ? null : gap.value,
        low: reference ? null : gap.low,
        high: reference ? null : gap.high,
        labels: mean(ratesOf(outcome, label)),
      };
    }),
  );
  run.table(name, {
    title,
    columns: [
      { key: "drift", label: "drift" },
      { key: "strategy", label: "strategy" },
      { key: "error", label: "prequential error", digits: 4 },
      { key: "gap", label: "minus random", digits: 4 },
      { key: "low", label: "95% from", digits: 4 },
      { key: "high", label: "to", digits: 4 },
      { key: "labels", label: "label rate", digits: 4 },
    ],
    rows,
  });
}

/** Mean error over the stream, by drift and arm; `seen` says in sentences what there is to see. */
export function errorChart(run: Run, outcomes: readonly Outcome[], window: number, seen: readonly string[]): void {
  const values = outcomes.flatMap(({ drift, arms, results }) =>
    arms.flatMap(({ label }, a) =>
      (results[0]?.[a]?.curve ?? []).map((_, i) => ({
        drift,
        strategy: label,
        t: (i + 1) * window,
        error: mean(results.map((arm) => arm[a]?.curve[i] ?? Number.NaN)),
      })),
    ),
  );
  run.chart("curves", {
    alt: ["Prequential error along the stream by drift and strategy.", ...seen].join(" "),
    spec: {
      data: { values },
      facet: { column: { field: "drift", type: "nominal", title: null, sort: outcomes.map(({ drift }) => drift) } },
      spec: {
        width: 190,
        mark: { type: "line" },
        encoding: {
          x: { field: "t", type: "quantitative", title: "records" },
          y: { field: "error", type: "quantitative", title: "error", scale: { zero: false } },
          color: { field: "strategy", type: "nominal", title: "strategy" },
        },
      },
    },
  });
}

/** Error of the regression by design. */
export function designTable(run: Run, results: readonly Record<Design, number>[]): void {
  run.table("designs", {
    title: "Mean squared error of a regression beyond the noise, after 12 first and 40 chosen labels",
    columns: [
      { key: "design", label: "labels chosen by" },
      { key: "error", label: "error", digits: 4 },
      { key: "low", label: "95% from", digits: 4 },
      { key: "high", label: "to", digits: 4 },
    ],
    rows: designs.map((design): Row => {
      const { value, low, high } = meanInterval(results.map((result) => result[design]));
      return { design, error: value, low, high };
    }),
  });
}
