import type { Chart, Row, Table } from "../../../kit/paper.ts";
import { type Interval, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import type { Comparison } from "./analysis.ts";
import type { Settings, TrialResult } from "./experiment.ts";

const ends = ({ low, high }: Interval): { low: number | null; high: number | null } => ({
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
});

const poolName = (settings: Settings, p: number): string =>
  p === 0 ? "best bucket" : p === settings.noise.length - 1 ? `all ${p + 1}` : `best ${p + 1}`;

/** Measured errors of the nested pools at every budget, and what the law would choose. */
export function poolsTable(
  settings: Settings,
  results: readonly TrialResult[],
  comparison?: Comparison,
): Omit<Table, "name"> {
  const skipped = settings.checkpoints.length - (comparison?.chosen.length ?? 0);
  const rows = settings.checkpoints.map((n, k): Row => {
    const errors = settings.noise.map((_, p): [string, number] => [
      `e${p + 1}`,
      meanInterval(results.map(({ union }) => union[p]?.[k] ?? Number.NaN)).value,
    ]);
    const lead = pairedInterval(
      results.map(({ union }) => union.at(-1)?.[k] ?? Number.NaN),
      results.map(({ union }) => union[0]?.[k] ?? Number.NaN),
    );
    return {
      budget: n,
      ...Object.fromEntries(errors),
      lead: lead.value,
      leadLow: ends(lead).low,
      leadHigh: ends(lead).high,
      best: comparison && k >= skipped ? (comparison.best[k - skipped] as number) : null,
      chosen: comparison && k >= skipped ? (comparison.chosen[k - skipped] as number) : null,
    };
  });
  return {
    title: `Test error by budget and pool, mean over ${results.length} seeds`,
    columns: [
      { key: "budget", label: "samples seen", unit: "N" },
      ...settings.noise.map((_, p) => ({ key: `e${p + 1}`, label: poolName(settings, p), digits: 3 })),
      { key: "lead", label: "all − best bucket", digits: 3 },
      { key: "leadLow", label: "95% low", digits: 3 },
      { key: "leadHigh", label: "95% high", digits: 3 },
      ...(comparison
        ? [
            { key: "best", label: "best pool", unit: "buckets" },
            { key: "chosen", label: "law's choice", unit: "buckets" },
          ]
        : []),
    ],
    rows,
  };
}

/** Errors of single buckets and of unions; with a fit, the law's lines. */
export function errorsChart(settings: Settings, curves: TrialResult, comparison?: Comparison): Omit<Chart, "name"> {
  const points = curves.union.flatMap((curve, p) =>
    settings.checkpoints.map((n, k) => ({
      pool: poolName(settings, p),
      n,
      error: curve[k],
      law: comparison?.predicted[p]?.[k] ?? null,
    })),
  );
  const x = { field: "n", type: "quantitative", scale: { type: "log" }, title: "samples seen / N" };
  const color = { field: "pool", type: "nominal", title: "pool", sort: null, legend: { orient: "bottom" } };
  const scale = { type: "log", nice: false };
  const summary = [0, settings.noise.length - 1].map((p) => {
    const curve = curves.union[p] ?? [];
    return `${poolName(settings, p)} from ${(curve[0] ?? 0).toFixed(3)} to ${(curve.at(-1) ?? 0).toFixed(3)}`;
  });
  return {
    alt: `Test error against samples seen, by pool: ${summary.join(", ")}.${comparison ? " Dashed: what the law predicts from single buckets." : ""}`,
    spec: {
      width: "container",
      height: 260,
      data: { values: points },
      layer: [
        {
          mark: { type: "line", point: true },
          encoding: { x, y: { field: "error", type: "quantitative", scale, title: "test error" }, color },
        },
        ...(comparison
          ? [
              {
                mark: { type: "line", strokeDash: [5, 4], opacity: 0.7 },
                encoding: { x, y: { field: "law", type: "quantitative", scale, title: "test error" }, color },
              },
            ]
          : []),
      ],
    },
  };
}

export function lawsTable(comparisons: Readonly<Record<string, Comparison>>): Omit<Table, "name"> {
  return {
    title: "The three laws, fitted to single buckets and judged on unions",
    columns: [
      { key: "law", label: "law" },
      { key: "fitted", label: "rmse on single buckets", digits: 4 },
      { key: "mixtures", label: "rmse on unions", digits: 4 },
      { key: "regret", label: "regret of its choices", digits: 4 },
      { key: "chosen", label: "chosen, by budget" },
      { key: "best", label: "best, by budget" },
    ],
    rows: Object.entries(comparisons).map(([law, { fit, mixtureRmse, regret, chosen, best }]) => ({
      law,
      fitted: fit.rmse,
      mixtures: mixtureRmse,
      regret,
      chosen: chosen.join(", "),
      best: best.join(", "),
    })),
  };
}

export function fitTable({ fit }: Comparison): Omit<Table, "name"> {
  return {
    title: `The law of each bucket (a = ${fit.constants.a.toPrecision(3)}, d = ${fit.constants.d.toPrecision(2)})`,
    columns: [
      { key: "bucket", label: "bucket" },
      { key: "b", label: "utility b", digits: 3 },
      { key: "tau", label: "half-life τ", unit: "epochs", digits: 2 },
      { key: "rmse", label: "rmse", digits: 4 },
    ],
    rows: fit.buckets.map(({ name, b, tau }) => ({
      bucket: name,
      b,
      tau: Number.isFinite(tau) ? tau : null,
      rmse: fit.perBucket[name] ?? null,
    })),
  };
}
