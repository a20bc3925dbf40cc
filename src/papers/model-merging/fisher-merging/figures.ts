import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Column, Row, Table } from "../../../kit/paper.ts";
import { type Interval, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import type { Comparison } from "./experiment.ts";
import type { CoreResult, ExtraResult } from "./trials.ts";

const methods = [
  ["ancestor", "ancestor"],
  ["expert", "better expert"],
  ["isotropic", "isotropic merge, λ tuned"],
  ["taskArithmetic", "task arithmetic, scale tuned"],
  ["fisher", "Fisher merge, λ tuned"],
  ["outputEnsemble", "output ensemble (two models)"],
  ["multiTask", "trained on both (upper line)"],
] as const;

/** The interval's ends as cells; a single seed has none. */
function ends({ low, high }: Interval): { low: number | null; high: number | null } {
  return { low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}

/** Every experiment's name and its results over seeds. */
function experiments(rotations: readonly number[], results: readonly CoreResult[]): [string, Comparison[]][] {
  const domains = rotations.map((degrees, i): [string, Comparison[]] => [
    `upright and turned by ${degrees}°`,
    results.map(({ domains: list }) => list[i] as Comparison),
  ]);
  return [...domains.reverse(), ["digits 0–4 and 5–9", results.map(({ classes }) => classes)]];
}

export function comparisonTable(rotations: readonly number[], results: readonly CoreResult[]): Omit<Table, "name"> {
  const rows: Row[] = [];
  for (const [experiment, list] of experiments(rotations, results)) {
    for (const [key, method] of methods) {
      const accuracy = list.flatMap((c) => c[key] ?? []);
      if (accuracy.length === 0) continue;
      const gain = pairedInterval(
        accuracy,
        list.map((c) => c.isotropic),
      );
      const lambda = key === "fisher" ? "lambdaFisher" : key === "isotropic" ? "lambdaIsotropic" : undefined;
      const { value, ...rest } = meanInterval(accuracy);
      rows.push({
        experiment,
        method,
        accuracy: value,
        ...ends({ value, ...rest }),
        gain: key === "isotropic" ? null : gain.value,
        lambda: lambda ? meanInterval(list.map((c) => c[lambda])).value : null,
      });
    }
  }
  const columns: Column[] = [
    { key: "experiment", label: "two experts" },
    { key: "method", label: "method" },
    { key: "accuracy", label: "accuracy", digits: 3 },
    { key: "low", label: "95% low", digits: 3 },
    { key: "high", label: "95% high", digits: 3 },
    { key: "gain", label: "over isotropic", digits: 3 },
    { key: "lambda", label: "mean λ of expert 1", digits: 2 },
  ];
  return { title: `Test accuracy on what both experts know, ${results.length} seeds`, columns, rows };
}

/** What the chart of accuracies shows, by its short name. */
const charted = [
  ["isotropic", "isotropic"],
  ["taskArithmetic", "task arithmetic"],
  ["fisher", "Fisher"],
  ["outputEnsemble", "output ensemble"],
  ["multiTask", "trained on both"],
] as const;

export function accuracyChart(rotations: readonly number[], results: readonly CoreResult[]): Omit<Chart, "name"> {
  const titles = [...rotations.map((degrees) => `turned by ${degrees}°`).reverse(), "0–4 and 5–9"];
  const values = experiments(rotations, results).flatMap(([, list], i) =>
    charted
      .filter(([key]) => list.some((c) => c[key] !== undefined))
      .map(([key, method]) => {
        const interval = meanInterval(list.flatMap((c) => c[key] ?? []));
        return { experiment: titles[i] ?? "", method, accuracy: interval.value, ...ends(interval) };
      }),
  );
  const x = { field: "accuracy", title: "test accuracy", scale: { zero: false } };
  const y = { field: "experiment", type: "nominal", title: null, sort: null };
  const yOffset = { field: "method", type: "nominal", sort: null };
  const legend = { orient: "bottom", columns: 3 };
  const color = { field: "method", type: "nominal", title: "merge", sort: null, legend };
  const summary = values
    .filter(({ method }) => method === "Fisher" || method === "isotropic")
    .map(({ experiment, method, accuracy }) => `${experiment}: ${method} ${accuracy.toFixed(3)}`);
  return {
    alt: `Mean test accuracy with 95% intervals. ${summary.join("; ")}.`,
    spec: {
      width: "container",
      height: { step: 14 },
      data: { values },
      layer: intervalLayers("x", x, { y, yOffset, color }),
    },
  };
}

export function gainChart(rotations: readonly number[], results: readonly CoreResult[]): Omit<Chart, "name"> {
  const values = rotations.map((degrees, i) => {
    const list = results.map(({ domains }) => domains[i] as Comparison);
    const gain = pairedInterval(
      list.map((c) => c.fisher),
      list.map((c) => c.isotropic),
    );
    return { degrees, gain: gain.value, ...ends(gain) };
  });
  const x = {
    field: "degrees",
    type: "quantitative",
    title: "turn of the second domain (degrees)",
    scale: { domain: [0, Math.max(...rotations) + 5] },
    axis: { values: [0, ...rotations] },
  };
  const y = { field: "gain", title: "accuracy gain over the plain average" };
  return {
    alt: `Accuracy of the Fisher merge minus the tuned isotropic merge: ${values
      .map(({ degrees, gain }) => `${gain.toFixed(3)} at ${degrees}°`)
      .join(", ")}.`,
    spec: {
      width: "container",
      height: 220,
      data: { values },
      layer: [
        { mark: { type: "rule", strokeDash: [4, 4] }, encoding: { y: { datum: 0 } } },
        ...intervalLayers("y", y, { x }, { mark: "line" }),
      ],
    },
  };
}

export function extraTable(results: readonly ExtraResult[]): Omit<Table, "name"> {
  const row = (experiment: string, method: string, values: number[]): Row => {
    const interval = meanInterval(values);
    return { experiment, method, accuracy: interval.value, ...ends(interval) };
  };
  const of = (key: keyof ExtraResult["ensembling"]) => results.map(({ ensembling }) => ensembling[key]);
  const five = "five models, 60 images each";
  const path = "pretrained and fine-tuned";
  return {
    title: `Ensembling and robust fine-tuning, ${results.length} seeds`,
    columns: [
      { key: "experiment", label: "models" },
      { key: "method", label: "method" },
      { key: "accuracy", label: "accuracy", digits: 3 },
      { key: "low", label: "95% low", digits: 3 },
      { key: "high", label: "95% high", digits: 3 },
    ],
    rows: [
      row(five, "single model, mean of five", of("single")),
      row(five, "isotropic merge", of("isotropic")),
      row(five, "Fisher merge", of("fisher")),
      row(five, "output ensemble (five models)", of("outputEnsemble")),
      row(
        path,
        "isotropic merge, clean and shifted",
        results.map(({ robust }) => robust.isotropic),
      ),
      row(
        path,
        "Fisher merge, clean and shifted",
        results.map(({ robust }) => robust.fisher),
      ),
    ],
  };
}

/** Accuracy on clean against shifted digits along both paths, averaged over seeds. */
export function curveChart(results: readonly ExtraResult[]): Omit<Chart, "name"> {
  const points = (results[0]?.robust.curve ?? []).map(({ merge, tuned }, i) => {
    const at = results.map(({ robust }) => robust.curve[i]);
    return {
      merge,
      tuned,
      clean: meanInterval(at.map((p) => p?.clean ?? 0)).value,
      shifted: meanInterval(at.map((p) => p?.shifted ?? 0)).value,
    };
  });
  const middle = points.filter(({ tuned }) => Math.abs(tuned - 0.5) < 1e-9);
  return {
    alt: `Shifted against clean accuracy from the pretrained to the fine-tuned model. Half way: ${middle
      .map(({ merge, clean, shifted }) => `${merge} ${clean.toFixed(3)} clean, ${shifted.toFixed(3)} shifted`)
      .join("; ")}.`,
    spec: {
      width: "container",
      height: 260,
      data: { values: points },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "clean", type: "quantitative", title: "accuracy on clean digits", scale: { zero: false } },
        y: { field: "shifted", type: "quantitative", title: "accuracy on shifted digits", scale: { zero: false } },
        color: { field: "merge", type: "nominal", title: "path" },
        order: { field: "tuned", type: "quantitative" },
      },
    },
  };
}
