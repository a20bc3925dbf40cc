import type { Chart, Row, Table } from "../../../kit/paper.ts";
import type { LawFit } from "./fit.ts";
import type { BucketIntervals } from "./intervals.ts";
import { type Bucket, type LawOptions, predictError } from "./law.ts";
import { type PoolChoice, sortBuckets } from "./pools.ts";

/** The fitted law, best bucket first. */
export function lawsTable(fit: LawFit, intervals: readonly BucketIntervals[]): Omit<Table, "name"> {
  const { a, d, n0 } = fit.constants;
  const finite = (value: number | undefined): number | null =>
    value !== undefined && Number.isFinite(value) ? value : null;
  return {
    title: `The law of each bucket: a = ${a.toPrecision(3)} (n0 = ${n0.toLocaleString("en")}), d = ${d.toPrecision(3)}`,
    columns: [
      { key: "bucket", label: "bucket" },
      { key: "size", label: "unique samples", digits: 0 },
      { key: "b", label: "utility b", digits: 4 },
      { key: "bLow", label: "95% low", digits: 4 },
      { key: "bHigh", label: "95% high", digits: 4 },
      { key: "tau", label: "half-life τ", unit: "epochs", digits: 2 },
      { key: "tauLow", label: "95% low", digits: 2 },
      { key: "tauHigh", label: "95% high", digits: 2 },
      { key: "rmse", label: "rmse", digits: 4 },
    ],
    rows: sortBuckets(fit.buckets).map(({ name, size, b, tau }): Row => {
      const own = intervals.find((each) => each.name === name);
      return {
        bucket: name,
        size,
        b,
        bLow: finite(own?.b[0]),
        bHigh: finite(own?.b[1]),
        tau: finite(tau),
        tauLow: finite(own?.tau[0]),
        tauHigh: finite(own?.tau[1]),
        rmse: fit.perBucket[name] ?? null,
      };
    }),
  };
}

/** Pools shown side by side. */
const mostPools = 12;

/** Predicted error of the nested pools at every budget. */
export function poolsTable(
  sorted: readonly Bucket[],
  choices: readonly (PoolChoice & { budget: number })[],
  metric: string,
): Omit<Table, "name"> {
  const shown = sorted.slice(0, mostPools);
  return {
    title: `Predicted ${metric} by budget and pool`,
    columns: [
      { key: "budget", label: "samples seen", digits: 0 },
      { key: "count", label: "train on the best", unit: "buckets" },
      { key: "best", label: metric, digits: 4 },
      ...shown.map(({ name }, p) => ({ key: `p${p}`, label: p === 0 ? name : `+ ${name}`, digits: 4 })),
    ],
    rows: choices.map(
      ({ budget, count, predicted }): Row => ({
        budget,
        count,
        best: predicted[count - 1] ?? null,
        ...Object.fromEntries(shown.map((_, p) => [`p${p}`, predicted[p] ?? null])),
      }),
    ),
  };
}

const mostLines = 8;

/** Predicted error of the nested pools over the range of budgets. */
export function frontierChart(
  sorted: readonly Bucket[],
  { constants }: LawFit,
  budgets: readonly number[],
  law: NonNullable<LawOptions["law"]>,
): Omit<Chart, "name"> {
  const [from, to] = [budgets[0] ?? 1, budgets[budgets.length - 1] ?? 1];
  const [low, high] = from === to ? [from / 4, from * 4] : [from, to];
  const at = Array.from({ length: 60 }, (_, i) => low * (high / low) ** (i / 59));
  const counts = sorted.map((_, p) => p + 1).filter((p) => p <= mostLines - 1 || p === sorted.length);
  const name = (p: number): string =>
    p === 1 ? (sorted[0]?.name ?? "") : p === sorted.length ? `all ${p}` : `best ${p}`;
  const values = counts.flatMap((p) =>
    at.map((budget) => ({
      pool: name(p),
      budget,
      error: predictError(sorted.slice(0, p), budget, constants, { law }),
    })),
  );
  const best = (budget: number): number => {
    const errors = counts.map((p) => predictError(sorted.slice(0, p), budget, constants, { law }));
    return counts[errors.indexOf(Math.min(...errors))] ?? 1;
  };
  return {
    alt: `Predicted error against samples seen for ${counts.length} nested pools: ${name(best(low))} is lowest at ${low.toPrecision(3)} samples and ${name(best(high))} at ${high.toPrecision(3)}.`,
    spec: {
      width: "container",
      data: { values },
      mark: "line",
      encoding: {
        x: { field: "budget", type: "quantitative", scale: { type: "log" }, title: "samples seen" },
        y: { field: "error", type: "quantitative", scale: { zero: false }, title: "predicted error" },
        color: { field: "pool", type: "nominal", sort: null, title: "pool", legend: { orient: "bottom" } },
      },
    },
  };
}
