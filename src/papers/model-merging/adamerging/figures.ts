import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Column, Row, Table } from "../../../kit/paper.ts";
import { type Interval, mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { type Comparison, type Learnt, type Method, methods, taskCount } from "./experiment.ts";
import { type StressName, stresses, type TrialResult } from "./trials.ts";

/** The interval's ends as cells; a single seed has none. */
function ends({ low, high }: Interval): { low: number | null; high: number | null } {
  return { low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}

/** The regimes that were measured, with their comparisons over seeds. */
function regimes(results: readonly TrialResult[]): [name: string, list: Comparison[]][] {
  const even = results.flatMap(({ more }) => (more ? [more.even] : []));
  return [
    ["uneven experts", results.map(({ uneven }) => uneven)],
    ...(even.length > 0 ? [["even experts", even] as [string, Comparison[]]] : []),
  ];
}

/** Accuracies of a method over seeds; empty where it was not measured. */
function over(list: readonly Comparison[], method: Method, on: "pool" | "heldOut"): number[] {
  return list.flatMap(({ scores }) => scores[method]?.[on] ?? []);
}

export function comparisonTable(results: readonly TrialResult[]): Omit<Table, "name"> {
  const rows: Row[] = [];
  for (const [regime, list] of regimes(results)) {
    for (const [key, label] of Object.entries(methods)) {
      const accuracy = over(list, key as Method, "pool");
      if (accuracy.length === 0) continue;
      const interval = meanInterval(accuracy);
      rows.push({
        regime,
        method: label,
        accuracy: interval.value,
        ...ends(interval),
        heldOut: mean(over(list, key as Method, "heldOut")),
        gain: key === "tuned" ? null : pairedInterval(accuracy, over(list, "tuned", "pool")).value,
      });
    }
  }
  const columns: Column[] = [
    { key: "regime", label: "regime" },
    { key: "method", label: "method" },
    { key: "accuracy", label: "accuracy", digits: 3 },
    { key: "low", label: "95% low", digits: 3 },
    { key: "high", label: "95% high", digits: 3 },
    { key: "heldOut", label: "on held-out images", digits: 3 },
    { key: "gain", label: "over the tuned scale", digits: 3 },
  ];
  return {
    title: `Mean accuracy on ${taskCount} tasks, on the images adapted to and on held-out ones, ${results.length} seeds`,
    columns,
    rows,
  };
}

/** What the chart of accuracies shows, by its short name. */
const charted: [Method, string][] = [
  ["average", "plain average"],
  ["arithmetic", "scale 0.3"],
  ["tuned", "scale tuned on labels"],
  ["taskWise", "AdaMerging, task-wise"],
  ["layerWise", "AdaMerging, layer-wise"],
];

export function accuracyChart(results: readonly TrialResult[]): Omit<Chart, "name"> {
  const values = regimes(results).flatMap(([regime, list]) =>
    charted.map(([key, method]) => {
      const interval = meanInterval(over(list, key, "pool"));
      return { regime, method, accuracy: interval.value, ...ends(interval) };
    }),
  );
  const y = { field: "method", type: "nominal", title: null, sort: null, axis: { labelLimit: 240 } };
  return {
    alt: `Mean accuracy with 95% intervals. ${values
      .map(({ regime, method, accuracy }) => `${regime}, ${method}: ${accuracy.toFixed(3)}`)
      .join("; ")}.`,
    spec: {
      data: { values },
      facet: { row: { field: "regime", type: "nominal", title: null, sort: ["uneven experts", "even experts"] } },
      spec: {
        width: 360,
        height: { step: 22 },
        layer: intervalLayers("x", { field: "accuracy", title: "mean accuracy", scale: { zero: false } }, { y }),
      },
    },
  };
}

const taskName = (k: number): string => (k === taskCount - 1 ? `task ${k + 1} (blown up)` : `task ${k + 1}`);

/** The learnt coefficients of the uneven regime, one point a seed; layer-wise ones tensor by tensor. */
export function coefficientChart(results: readonly TrialResult[]): Omit<Chart, "name"> {
  const points = ({ names, lambda }: Learnt, shown: (name: string) => string) =>
    lambda.flatMap((row, k) =>
      row.map((value, g) => ({ at: shown(names[g] ?? ""), task: taskName(k), lambda: value })),
    );
  const values = results.flatMap(({ uneven }) => [
    ...points(uneven.taskWise, () => "task-wise"),
    ...points(uneven.layerWise, (name) => name.replace("layers.", "layer ").replace(".", " ")),
  ]);
  const averages = Array.from({ length: taskCount }, (_, k) =>
    mean(results.map(({ uneven }) => uneven.taskWise.lambda[k]?.[0] ?? 0)),
  );
  return {
    alt: `Learnt coefficients, uneven experts. Task-wise means: ${averages
      .map((value, k) => `${taskName(k)} ${value.toFixed(2)}`)
      .join(", ")}.`,
    spec: {
      width: "container",
      height: 260,
      data: { values },
      mark: { type: "point", filled: true, opacity: 0.7 },
      encoding: {
        x: { field: "at", type: "nominal", title: null, sort: null },
        xOffset: { field: "task", type: "nominal" },
        y: { field: "lambda", type: "quantitative", title: "coefficient λ" },
        color: {
          field: "task",
          type: "nominal",
          title: null,
          legend: { orient: "bottom", columns: 2, labelLimit: 240 },
        },
      },
    },
  };
}

const smoothing = 10;

/** Entropy of the batches over the steps, mean over seeds and over ten steps at a time. */
export function entropyChart(results: readonly TrialResult[]): Omit<Chart, "name"> {
  const curve = (granularity: string, list: readonly Learnt[]) => {
    const steps = list[0]?.curve.length ?? 0;
    return Array.from({ length: Math.floor(steps / smoothing) }, (_, i) => ({
      granularity,
      step: i * smoothing + smoothing / 2,
      entropy: mean(list.flatMap((learnt) => learnt.curve.slice(i * smoothing, (i + 1) * smoothing))) / taskCount,
    }));
  };
  const layers = curve(
    "layer-wise",
    results.map(({ uneven }) => uneven.layerWise),
  );
  const tasks = curve(
    "task-wise",
    results.map(({ uneven }) => uneven.taskWise),
  );
  const path = layers.map(({ entropy }) => entropy);
  return {
    alt: `Entropy of the merged model's predictions while the coefficients are learnt, uneven experts: layer-wise from ${(path[0] ?? 0).toFixed(2)} to ${(path.at(-1) ?? 0).toFixed(2)} nats.`,
    spec: {
      width: "container",
      height: 220,
      data: { values: [...layers, ...tasks] },
      mark: { type: "line" },
      encoding: {
        x: { field: "step", type: "quantitative", title: "step" },
        y: { field: "entropy", type: "quantitative", title: "entropy of a task (nats)", scale: { zero: false } },
        color: { field: "granularity", type: "nominal", title: "coefficients" },
      },
    },
  };
}

export function stressTable(results: readonly TrialResult[]): Omit<Table, "name"> {
  const rows = (Object.keys(stresses) as StressName[]).map((name): Row => {
    const list = results.flatMap(({ more }) => (more ? [more.stress[name]] : []));
    const of = (key: keyof (typeof list)[number]): number => mean(list.map((stress) => stress[key]));
    return {
      setting: name,
      accuracyStart: of("accuracyStart"),
      accuracyEnd: of("accuracyEnd"),
      entropyStart: of("entropyStart") / taskCount,
      entropyEnd: of("entropyEnd") / taskCount,
      topShareStart: of("topShareStart"),
      topShareEnd: of("topShareEnd"),
    };
  });
  return {
    title: "Where entropy misleads: before (scale 0.3) and after layer-wise AdaMerging, even experts",
    columns: [
      { key: "setting", label: "setting" },
      { key: "accuracyStart", label: "accuracy before", digits: 3 },
      { key: "accuracyEnd", label: "after", digits: 3 },
      { key: "entropyStart", label: "entropy before", unit: "nats", digits: 2 },
      { key: "entropyEnd", label: "after", unit: "nats", digits: 2 },
      { key: "topShareStart", label: "share of the most frequent prediction before", digits: 2 },
      { key: "topShareEnd", label: "after", digits: 2 },
    ],
    rows,
  };
}

/** Mean loss and accuracy of samples of similar entropy. */
export function correlationChart(results: readonly TrialResult[]): Omit<Chart, "name"> {
  const list = results.flatMap(({ more }) => (more ? [more.correlation] : []));
  const values = (list[0]?.bins ?? []).map((_, b) => {
    const at = (key: "entropy" | "loss" | "accuracy"): number => mean(list.map(({ bins }) => bins[b]?.[key] ?? 0));
    return { entropy: at("entropy"), loss: at("loss"), accuracy: at("accuracy") };
  });
  const spearman = mean(list.map((one) => one.spearman));
  return {
    alt: `Cross-entropy against prediction entropy in ten groups of samples, even experts at scale 0.3: from ${(values[0]?.loss ?? 0).toFixed(2)} nats among the most certain to ${(values.at(-1)?.loss ?? 0).toFixed(2)} among the least. Spearman's correlation over samples is ${spearman.toFixed(2)}.`,
    spec: {
      width: "container",
      height: 220,
      title: `Spearman's correlation ${spearman.toFixed(2)}`,
      data: { values },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "entropy", type: "quantitative", title: "entropy of the prediction (nats), needs no label" },
        y: { field: "loss", type: "quantitative", title: "cross-entropy (nats), needs the label" },
      },
    },
  };
}
