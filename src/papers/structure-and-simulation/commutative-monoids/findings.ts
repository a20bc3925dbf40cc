import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Row, Run } from "../../../kit/paper.ts";
import { meanInterval, median, pairedInterval } from "../../../kit/stats.ts";
import { all, exceeds, measured, type PartResult } from "../../../kit/verdict.ts";
import type { TaskName, Trained } from "./experiments.ts";

export const compared = ["lcm", "gru", "sum", "mean", "max", "pna"] as const;
export type Compared = (typeof compared)[number];
const fixed = ["sum", "mean", "max", "pna"] as const satisfies Compared[];

const labels: Record<Compared, string> = {
  lcm: "LCM",
  gru: "GRU",
  sum: "sum",
  mean: "mean",
  max: "max",
  pna: "PNA",
};
export const labelOf = (kind: Compared): string => labels[kind];

/** A task of the claim as its table and chart show it. */
export interface TaskView {
  name: TaskName;
  title: string;
  sizes: number[];
  /** Title of the size axis. */
  sizeLabel: string;
  measure: string;
}

/** What has been measured so far: the results of one task and aggregator in the order of seeds. */
export type Results = (task: TaskName, kind: Compared) => Trained[];

const accuracyAt = (results: readonly Trained[], at: number): number[] =>
  results.map(({ accuracy }) => accuracy[at] ?? Number.NaN);

/** Table and chart of accuracy by size. */
export function showTask(run: Run, task: TaskView, results: Results): void {
  const rows: Row[] = [];
  const points: Row[] = [];
  const add = (aggregator: string, values: number[][], rates: string | null) => {
    const row: Row = { aggregator, rates, seeds: values[0]?.length ?? 0 };
    for (const [at, size] of task.sizes.entries()) {
      const { value, low, high } = meanInterval(values[at] ?? []);
      const spread = Number.isFinite(low)
        ? { low: Math.max(0, low), high: Math.min(1, high) }
        : { low: value, high: value };
      row[`n${size}`] = value;
      points.push({ aggregator, size, value, ...spread });
    }
    rows.push(row);
  };
  for (const kind of compared) {
    const mine = results(task.name, kind);
    if (mine.length === 0) continue;
    const rates = [...new Set(mine.map(({ rate }) => rate))].sort((a, b) => a - b);
    add(
      labelOf(kind),
      task.sizes.map((_, at) => accuracyAt(mine, at)),
      rates.join(", "),
    );
  }
  const guesses = results(task.name, "lcm").flatMap(({ guess }) => (guess ? [guess] : []));
  if (guesses.length > 0) {
    add(
      "best guess from the minimum",
      task.sizes.map((_, at) => guesses.map((guess) => guess[at] ?? Number.NaN)),
      null,
    );
  }
  run.table(task.name, {
    title: task.title,
    columns: [
      { key: "aggregator", label: "aggregator" },
      { key: "rates", label: "learning rates kept" },
      { key: "seeds", label: "seeds" },
      ...task.sizes.map((size) => ({ key: `n${size}`, label: `n = ${size}`, digits: 3 })),
    ],
    rows,
  });
  run.chart(task.name, accuracyChart(task, points));
}

function accuracyChart(task: TaskView, points: Row[]): Omit<Chart, "name"> {
  const largest = task.sizes[task.sizes.length - 1];
  const there = points
    .filter(({ size }) => size === largest)
    .map(({ aggregator, value }) => `${aggregator} ${Number(value).toFixed(2)}`);
  const x = {
    field: "size",
    type: "quantitative",
    scale: { type: "log", base: 2 },
    axis: { values: task.sizes },
    title: task.sizeLabel,
  };
  const y = { field: "value", title: task.measure, scale: { domain: [0, 1] } };
  const color = { field: "aggregator", type: "nominal", title: "aggregator" };
  return {
    alt: `${task.measure} against ${task.sizeLabel} for each aggregator, with 95% intervals over seeds. At ${largest}: ${there.join(", ")}.`,
    spec: {
      width: "container",
      data: { values: points },
      layer: intervalLayers("y", y, { x, color }, { mark: "line" }),
    },
  };
}

/** At the largest size: the learned operator against every fixed aggregator, and against the recurrent one. */
export function compareAtLargest(task: TaskView, results: Results): { fixed: PartResult; recurrent: PartResult } {
  const last = task.sizes.length - 1;
  const of = (kind: Compared) => accuracyAt(results(task.name, kind), last);
  const gains = fixed.map((kind) => ({ kind, gain: pairedInterval(of("lcm"), of(kind)) }));
  const lag = pairedInterval(of("lcm"), of("gru"));
  const single = (kind: Compared) => measured(`acc(${labelOf(kind)}), n = ${task.sizes[last]}`, meanInterval(of(kind)));
  return {
    fixed: {
      outcome: all(gains.map(({ gain }) => exceeds(gain, 0.2))),
      measured: [
        single("lcm"),
        ...fixed.map(single),
        ...gains.map(({ kind, gain }) => measured(`acc(LCM) − acc(${labelOf(kind)})`, gain)),
      ],
    },
    recurrent: {
      outcome: exceeds(lag, -0.05),
      measured: [single("gru"), measured("acc(LCM) − acc(GRU)", lag)],
    },
  };
}

/** What the associativity penalty does to the operator and to its accuracy on the largest bags. */
export function associativityFinding(
  run: Run,
  { sizes }: TaskView,
  mu: number,
  withPenalty: readonly Trained[],
  without: readonly Trained[],
): PartResult {
  const last = sizes.length - 1;
  const defect = (results: readonly Trained[], when: "before" | "after") =>
    median(results.map((result) => result.defect?.[when] ?? Number.NaN));
  run.table("associativity", {
    title: `Associativity penalty: defect relative to the squared states (median over seeds), and accuracy at n = ${sizes[last]}`,
    columns: [
      { key: "mu", label: "μ" },
      { key: "before", label: "defect before training", digits: 6 },
      { key: "after", label: "defect after training", digits: 6 },
      { key: "accuracy", label: "accuracy", digits: 3 },
    ],
    rows: [
      { mu: 0, results: without },
      { mu, results: withPenalty },
    ].map(({ mu, results }) => ({
      mu,
      before: defect(results, "before"),
      after: defect(results, "after"),
      accuracy: meanInterval(accuracyAt(results, last)).value,
    })),
  });
  const ratio = defect(withPenalty, "after") / defect(without, "after");
  const cost = pairedInterval(accuracyAt(withPenalty, last), accuracyAt(without, last));
  return {
    outcome: all([ratio <= 0.1, exceeds(cost, -0.05)]),
    measured: [
      measured(`defect(μ = ${mu}) / defect(μ = 0)`, ratio),
      measured(`acc(μ = ${mu}) − acc(μ = 0), n = ${sizes[last]}`, cost),
    ],
  };
}
