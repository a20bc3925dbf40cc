import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Column, Row, Table } from "../../../kit/paper.ts";
import { type Interval, mean, meanInterval } from "../../../kit/stats.ts";
import { taskCount } from "../adamerging/experiment.ts";
import { type Method, methods, newTaskFeatures, type Regime, regimes, type SuiteResult } from "./suite.ts";

/** Copies of the model's weights in memory while merging here, of the ancestor, experts, Fishers and result; and models run at the end. */
const copies: Record<Method, { held: number; run: number }> = {
  ancestor: { held: 1, run: 1 },
  expert: { held: taskCount, run: 1 },
  average: { held: taskCount + 2, run: 1 },
  soup: { held: taskCount + 2, run: 1 },
  fisher: { held: 2 * taskCount + 1, run: 1 },
  arithmetic: { held: taskCount + 2, run: 1 },
  ties: { held: 2 * taskCount + 3, run: 1 },
  ada: { held: taskCount + 3, run: 1 },
  ensemble: { held: taskCount, run: taskCount },
  joint: { held: 1, run: 1 },
};

const names: Record<Regime, string> = { even: "even experts", uneven: "one expert spoiled" };
const tasks = Array.from({ length: taskCount }, (_, k) => k);

/** The interval's ends as cells; a single seed has none. */
function ends({ low, high }: Interval): { low: number | null; high: number | null } {
  return { low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}

/** Over seeds: mean accuracy over tasks. */
export function meanAccuracies(results: readonly SuiteResult[], regime: Regime, method: Method): number[] {
  return results.map(({ scores }) => mean(scores[regime][method].accuracies));
}

const isMethod = (name: string): name is Method => Object.hasOwn(methods, name);
const listed = Object.keys(methods).filter(isMethod);

export function methodTable(results: readonly SuiteResult[]): Omit<Table, "name"> {
  const rows = regimes.flatMap((regime) =>
    listed.map((method): Row => {
      const measured = results.map(({ scores }) => scores[regime][method]);
      const interval = meanInterval(meanAccuracies(results, regime, method));
      const each = tasks.map((k) => [`task${k}`, mean(measured.map(({ accuracies }) => accuracies[k] ?? Number.NaN))]);
      return {
        experts: names[regime],
        method: methods[method],
        accuracy: interval.value,
        ...ends(interval),
        ...Object.fromEntries(each),
        seconds: mean(measured.map(({ seconds }) => seconds)),
        ...copies[method],
      };
    }),
  );
  const columns: Column[] = [
    { key: "experts", label: "experts" },
    { key: "method", label: "method" },
    { key: "accuracy", label: "accuracy", digits: 3 },
    { key: "low", label: "95% low", digits: 3 },
    { key: "high", label: "95% high", digits: 3 },
    ...tasks.map((k) => ({ key: `task${k}`, label: `task ${k + 1}`, digits: 3 })),
    { key: "seconds", label: "time to merge", unit: "s", digits: 2 },
    { key: "held", label: "models in memory" },
    { key: "run", label: "models run" },
  ];
  return { title: `All methods on the same experts, held-out images, ${results.length} seeds`, columns, rows };
}

export function situationTable(results: readonly SuiteResult[]): Omit<Table, "name"> {
  const row = (situation: string, method: string, what: string, values: number[]): Row => {
    const interval = meanInterval(values);
    return { situation, method, what, accuracy: interval.value, ...ends(interval) };
  };
  return {
    title: "Situations of their own, accuracy",
    columns: [
      { key: "situation", label: "situation" },
      { key: "method", label: "method" },
      { key: "what", label: "measured on" },
      { key: "accuracy", label: "accuracy", digits: 3 },
      { key: "low", label: "95% low", digits: 3 },
      { key: "high", label: "95% high", digits: 3 },
    ],
    rows: [
      row(
        "far domains",
        "average, λ tuned",
        "both domains",
        results.map(({ domains }) => domains.isotropic),
      ),
      row(
        "far domains",
        "Fisher merging, λ tuned",
        "both domains",
        results.map(({ domains }) => domains.fisher),
      ),
      ...(["own", "others"] as const).flatMap((key) => {
        const what = key === "own" ? "the expert's task" : "the other tasks";
        return [
          row(
            "old and new",
            "expert alone",
            what,
            results.map(({ alone }) => alone[key]),
          ),
          row(
            "old and new",
            "half way to the ancestor",
            what,
            results.map(({ halfway }) => halfway[key]),
          ),
        ];
      }),
      ...newTaskFeatures.map((name) =>
        row(
          "new task",
          `probe on ${name}`,
          "the new task",
          results.map(({ newTask }) => newTask[name]),
        ),
      ),
    ],
  };
}

/** Accuracy of every method on every task, one regime. */
export function taskChart(results: readonly SuiteResult[], regime: Regime): Omit<Chart, "name"> {
  const values = listed.flatMap((method) =>
    tasks.map((k) => {
      const interval = meanInterval(results.map(({ scores }) => scores[regime][method].accuracies[k] ?? Number.NaN));
      return { method: methods[method], task: `task ${k + 1}`, accuracy: interval.value, ...ends(interval) };
    }),
  );
  const x = { field: "accuracy", title: "accuracy", scale: { zero: false } };
  const y = { field: "method", type: "nominal", title: null, sort: null, axis: { labelLimit: 220 } };
  const color = { field: "task", type: "nominal", title: null, legend: { orient: "top" } };
  const yOffset = { field: "task" };
  return {
    alt: `Accuracy on each task, ${names[regime]}, with 95% intervals. Means over tasks: ${listed
      .map((method) => `${methods[method]} ${mean(meanAccuracies(results, regime, method)).toFixed(3)}`)
      .join(", ")}.`,
    spec: {
      title: names[regime],
      data: { values },
      width: "container",
      height: { step: 10 },
      layer: intervalLayers("x", x, { y, yOffset, color }),
    },
  };
}
