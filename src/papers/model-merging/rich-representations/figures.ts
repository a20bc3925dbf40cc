import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Row, Table } from "../../../kit/paper.ts";
import { type Interval, meanInterval } from "../../../kit/stats.ts";
import { catName, jointName, type Scores, wideName } from "./experiment.ts";
import type { Rates, Settings, TuningResult } from "./trials.ts";

/** An interval's ends where it is finite. */
function ends({ low, high }: Interval): { low: number | null; high: number | null } {
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : { low: null, high: null };
}

export const valuesOf = (results: readonly Scores[], kind: keyof Scores, name: string): number[] =>
  results.map((result) => result[kind][name] ?? Number.NaN);

/** One row a representation. `widths` are the numbers of features. */
export function accuracyTable(title: string, results: readonly Scores[]): Omit<Table, "name"> {
  const names = Object.keys(results[0]?.target ?? {});
  const rows = names.map((name): Row => {
    const target = meanInterval(valuesOf(results, "target", name));
    const source = meanInterval(valuesOf(results, "source", name));
    return { name, source: source.value, target: target.value, ...ends(target) };
  });
  return {
    title: `${title}, ${results.length} seeds`,
    columns: [
      { key: "name", label: "frozen features" },
      { key: "source", label: "source accuracy", digits: 4 },
      { key: "target", label: "target accuracy", digits: 3 },
      { key: "low", label: "95% low", digits: 3 },
      { key: "high", label: "95% high", digits: 3 },
    ],
    rows,
  };
}

/** Accuracy on source and targets of every representation, as points with intervals. */
export function accuracyChart(results: readonly Scores[]): Omit<Chart, "name"> {
  const names = Object.keys(results[0]?.target ?? {});
  const values = (["target", "source"] as const).flatMap((kind) =>
    names.map((features) => {
      const interval = meanInterval(valuesOf(results, kind, features));
      return {
        features,
        on: kind === "target" ? "target tasks" : "source task",
        accuracy: interval.value,
        ...ends(interval),
      };
    }),
  );
  const y = { field: "features", type: "nominal", title: null, sort: null, axis: { labelLimit: 220 } };
  const color = { field: "on", type: "nominal", title: null, sort: null, legend: { orient: "bottom" } };
  const shown = values.filter(({ on }) => on === "target tasks");
  return {
    alt: `Mean probe accuracy on the target tasks: ${shown.map((v) => `${v.features} ${v.accuracy.toFixed(3)}`).join(", ")}.`,
    spec: {
      width: "container",
      height: { step: 20 },
      data: { values },
      layer: intervalLayers("x", { field: "accuracy", title: "probe accuracy", scale: { zero: false } }, { y, color }),
    },
  };
}

/** Target accuracy against the number of copies, with single episodes of the compared width as lines. */
export function copiesChart(results: readonly Scores[], copies: readonly number[]): Omit<Chart, "name"> {
  const values = copies.map((n) => {
    const interval = meanInterval(valuesOf(results, "target", catName(n)));
    return { copies: n, accuracy: interval.value, ...ends(interval) };
  });
  const lines = [wideName, jointName, "random features"].map((features) => ({
    features,
    accuracy: meanInterval(valuesOf(results, "target", features)).value,
  }));
  const x = { field: "copies", type: "quantitative", title: "copies concatenated", axis: { values: copies } };
  const scale = { zero: false };
  return {
    alt: `Target accuracy by number of copies: ${values.map((v) => `${v.copies}: ${v.accuracy.toFixed(3)}`).join(", ")}; ${lines
      .map((line) => `${line.features} ${line.accuracy.toFixed(3)}`)
      .join(", ")}.`,
    spec: {
      width: "container",
      height: 240,
      data: { values },
      layer: [
        {
          data: { values: lines },
          mark: { type: "rule", strokeDash: [4, 4] },
          encoding: {
            y: { field: "accuracy", type: "quantitative", scale },
            color: {
              field: "features",
              type: "nominal",
              title: null,
              legend: { orient: "bottom", labelLimit: 200 },
            },
          },
        },
        ...intervalLayers("y", { field: "accuracy", title: "target accuracy", scale }, { x }, { mark: "line" }),
      ],
    },
  };
}

const families = [
  ["episode", "copies"],
  ["wide", wideName],
  ["joint", jointName],
] as const;

export interface Tried {
  rates: Rates;
  result: TuningResult;
}

/** What was tried for every family on the tuning worlds, and what was taken. */
export function tuningTable(
  tried: readonly Tried[],
  chosen: Settings["rates"],
  hindsight: Settings["rates"],
): Omit<Table, "name"> {
  const same = (a: Rates, b: Rates): boolean => a.learningRate === b.learningRate && a.weightDecay === b.weightDecay;
  const rows = families.flatMap(([key, family]) =>
    tried.map(({ rates, result }): Row => {
      const marks = [
        ...(same(rates, chosen[key]) ? ["beforehand"] : []),
        ...(same(rates, hindsight[key]) ? ["hindsight"] : []),
      ];
      return { family, ...rates, ...result[key], taken: marks.join(", ") };
    }),
  );
  return {
    title: "Settings tried on worlds of their own",
    columns: [
      { key: "family", label: "family" },
      { key: "learningRate", label: "learning rate" },
      { key: "weightDecay", label: "weight decay" },
      { key: "loss", label: "source log loss", digits: 5 },
      { key: "source", label: "source accuracy", digits: 4 },
      { key: "target", label: "target accuracy", digits: 3 },
      { key: "taken", label: "taken" },
    ],
    rows,
  };
}
