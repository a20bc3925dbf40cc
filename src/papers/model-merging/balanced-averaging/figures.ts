import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Column, Row, Table } from "../../../kit/paper.ts";
import { type Interval, mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import type { ColorResult } from "./color-trial.ts";
import { type Comparison, gainOf } from "./members.ts";
import { type RecipeResult, recipes } from "./recipes.ts";
import { type CellResult, lambdas } from "./theory-trial.ts";
import type { TurnedResult } from "./turned-trial.ts";

/** The interval's ends as cells; a single seed has none. */
function ends({ low, high }: Interval): { low: number | null; high: number | null } {
  return { low: Number.isFinite(low) ? low : null, high: Number.isFinite(high) ? high : null };
}

const cellName = ({ nv, ns }: Pick<CellResult, "nv" | "ns">): string => `${nv} invariant, ${ns} spurious`;

export function theoryTable(cells: readonly CellResult[]): Omit<Table, "name"> {
  return {
    title: "Voting model with three classes: exact accuracy, forecast and samples",
    columns: [
      { key: "features", label: "features of a model" },
      { key: "p", label: "p", digits: 2 },
      { key: "single", label: "one model", digits: 4 },
      { key: "ensemble", label: "ensemble", digits: 4 },
      { key: "forecastSingle", label: "forecast, one", digits: 4 },
      { key: "forecastEnsemble", label: "forecast, ensemble", digits: 4 },
      { key: "sampled", label: "ensemble, sampled", digits: 4 },
      { key: "errors", label: "largest deviation", unit: "s.e.", digits: 1 },
      { key: "fft", label: "both wrong, ensemble right", digits: 5 },
      { key: "ttf", label: "both right, ensemble wrong", digits: 5 },
    ],
    rows: cells.map((cell) => ({
      features: cellName(cell),
      p: cell.p,
      single: cell.single,
      ensemble: cell.ensemble,
      forecastSingle: cell.forecastSingle,
      forecastEnsemble: cell.forecastEnsemble,
      sampled: cell.checks[1]?.sampled ?? null,
      errors: Math.max(...cell.checks.map(({ errors }) => errors)),
      fft: cell.FFT,
      ttf: cell.TTF,
    })),
  };
}

/** Accuracy of the ensemble as one member's logits grow. */
export function sweepChart(cells: readonly CellResult[]): Omit<Chart, "name"> {
  const values = cells.flatMap((cell) =>
    lambdas.map((lambda, i) => ({
      model: `${cell.nv}+${cell.ns}, p = ${cell.p}`,
      lambda,
      accuracy: cell.sweep[i] ?? null,
    })),
  );
  return {
    alt: `Exact accuracy of the ensemble against the scale λ of one member's logits; ${cells
      .map(({ nv, ns, p, sweep }) => `${nv}+${ns} features at p = ${p}: ${sweep.map((x) => x.toFixed(4)).join(", ")}`)
      .join("; ")}.`,
    spec: {
      width: "container",
      height: 240,
      data: { values },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "lambda", type: "quantitative", scale: { type: "log" }, title: "scale λ of one member's logits" },
        y: { field: "accuracy", type: "quantitative", scale: { zero: false }, title: "exact accuracy of the ensemble" },
        color: {
          field: "model",
          type: "nominal",
          sort: null,
          title: "features a model",
          legend: { orient: "bottom", columns: 3 },
        },
      },
    },
  };
}

/** Results of one network over seeds. */
export interface NetworkResults {
  /** "linear" or "128 hidden units". */
  network: string;
  results: readonly ColorResult[];
}

const methods = [
  ["pre", "pretrained"],
  ["ft", "fine-tuned"],
  ["average", "averaged weights"],
  ["output", "summed outputs"],
] as const;

export function colorTable(networks: readonly NetworkResults[], flips: readonly number[]): Omit<Table, "name"> {
  const rows = networks.flatMap(({ network, results }) =>
    (["many", "single"] as const).flatMap((kind) =>
      flips.map((p, f): Row => {
        const list = results.map((result) => result[kind][f] as Comparison); // one a flip
        const over = (key: keyof Comparison): number => mean(list.map((comparison) => comparison[key]));
        const gain = meanInterval(list.map(gainOf));
        return {
          network,
          patches: kind === "many" ? "16 a member" : "1 a member",
          p,
          ...Object.fromEntries(methods.map(([key]) => [key, over(key)])),
          gain: gain.value,
          ...ends(gain),
          fft: over("FFT"),
          ttf: over("TTF"),
        };
      }),
    ),
  );
  const columns: Column[] = [
    { key: "network", label: "network" },
    { key: "patches", label: "patches" },
    { key: "p", label: "p", digits: 2 },
    ...methods.map(([key, label]): Column => ({ key, label, digits: 3 })),
    { key: "gain", label: "average over better member", digits: 3 },
    { key: "low", label: "95% low", digits: 3 },
    { key: "high", label: "95% high", digits: 3 },
    { key: "fft", label: "both wrong, average right", digits: 4 },
    { key: "ttf", label: "both right, average wrong", digits: 4 },
  ];
  return { title: `Coloured digits under shift, α = ½, ${networks[0]?.results.length ?? 0} seeds`, columns, rows };
}

/** Accuracy of members and ensembles against p, with 32 patches. */
export function flipChart({ network, results }: NetworkResults, flips: readonly number[]): Omit<Chart, "name"> {
  const values = flips.flatMap((p, f) =>
    methods.map(([key, method]) => {
      const interval = meanInterval(results.map(({ many }) => many[f]?.[key] ?? Number.NaN));
      return { p, method, accuracy: interval.value, ...ends(interval) };
    }),
  );
  const x = { field: "p", type: "quantitative", title: "chance p that a patch is redrawn", scale: { zero: false } };
  const y = { field: "accuracy", title: "accuracy under shift", scale: { zero: false } };
  const color = { field: "method", type: "nominal", sort: null, title: null, legend: { orient: "bottom" } };
  // In a linear model both ensembles are one; dashes let the line below show.
  const range = methods.map(([key]) => (key === "output" ? [5, 5] : [1, 0]));
  const domain = methods.map(([, method]) => method);
  const strokeDash = { field: "method", type: "nominal", scale: { domain, range }, legend: null };
  return {
    alt: `Accuracy under shift with 32 patches, ${network} model. ${flips
      .map((p) => {
        const at = values.filter((value) => value.p === p);
        return `p = ${p}: ${at.map(({ method, accuracy }) => `${method} ${accuracy.toFixed(3)}`).join(", ")}`;
      })
      .join("; ")}.`,
    spec: {
      width: "container",
      height: 240,
      data: { values },
      layer: intervalLayers("y", y, { x, color }, { mark: "line", strokeDash }),
    },
  };
}

/** How every way of fine-tuning fares, over seeds; one list of recipes a seed. */
export function recipeTable(
  settings: readonly { setting: string; seeds: readonly (readonly RecipeResult[])[] }[],
): Omit<Table, "name"> {
  const rows = settings.flatMap(({ setting, seeds }) =>
    recipes.map((recipe, r): Row => {
      const of = (key: Exclude<keyof RecipeResult, "recipe" | "curve">, at = r): number[] =>
        seeds.map((list) => list[at]?.[key] ?? Number.NaN);
      const gain = pairedInterval(of("half"), of("half", 0));
      const tunedGain = pairedInterval(of("tuned"), of("tuned", 0));
      return {
        setting,
        recipe,
        member: mean(of("member")),
        half: mean(of("half")),
        gain: r === 0 ? null : gain.value,
        ...(r === 0 ? { low: null, high: null } : ends(gain)),
        tuned: mean(of("tuned")),
        tunedGain: r === 0 ? null : tunedGain.value,
        alpha: mean(of("alpha")),
        idTuned: mean(of("idTuned")),
        halfId: mean(of("halfId")),
        confidence: mean(of("confidence")),
        calibration: mean(of("calibrationError")),
      };
    }),
  );
  return {
    title: `Ways to fine-tune before averaging: accuracy under shift, ${settings[0]?.seeds.length ?? 0} seeds`,
    columns: [
      { key: "setting", label: "setting" },
      { key: "recipe", label: "fine-tuning" },
      { key: "member", label: "alone", digits: 3 },
      { key: "half", label: "averaged, α = ½", digits: 3 },
      { key: "gain", label: "over plain", digits: 3 },
      { key: "low", label: "95% low", digits: 3 },
      { key: "high", label: "95% high", digits: 3 },
      { key: "tuned", label: "α chosen on shifted images", digits: 3 },
      { key: "tunedGain", label: "over plain", digits: 3 },
      { key: "alpha", label: "mean α", digits: 2 },
      { key: "idTuned", label: "α chosen without shift", digits: 3 },
      { key: "halfId", label: "no shift, α = ½", digits: 3 },
      { key: "confidence", label: "confidence, alone", digits: 2 },
      { key: "calibration", label: "calibration error, alone", digits: 2 },
    ],
    rows,
  };
}

/** Accuracy under shift along the way from the pretrained to the fine-tuned model. */
export function curveChart(setting: string, seeds: readonly (readonly RecipeResult[])[]): Omit<Chart, "name"> {
  const values = recipes.flatMap((recipe, r) =>
    (seeds[0]?.[r]?.curve ?? []).map(({ alpha }, i) => ({
      recipe,
      alpha,
      shifted: mean(seeds.map((list) => list[r]?.curve[i]?.shifted ?? Number.NaN)),
    })),
  );
  const half = values.filter(({ alpha }) => Math.abs(alpha - 0.5) < 1e-9);
  return {
    alt: `Accuracy under shift, ${setting}, against α. At α = ½: ${half
      .map(({ recipe, shifted }) => `${recipe} ${shifted.toFixed(3)}`)
      .join(", ")}.`,
    spec: {
      width: "container",
      height: 260,
      data: { values },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "alpha", type: "quantitative", title: "α: share of the fine-tuned model" },
        y: { field: "shifted", type: "quantitative", scale: { zero: false }, title: "accuracy under shift" },
        color: { field: "recipe", type: "nominal", sort: null, title: "fine-tuning", legend: { orient: "bottom" } },
      },
    },
  };
}

export function turnedTable(results: readonly TurnedResult[]): Omit<Table, "name"> {
  const of = (key: keyof Comparison): number[] => results.map(({ members }) => members[key]);
  return {
    title: `Turned and noisy digits, mean of four shifts, α = ½, ${results.length} seeds`,
    columns: [
      { key: "method", label: "method" },
      { key: "accuracy", label: "accuracy under shift", digits: 3 },
      { key: "low", label: "95% low", digits: 3 },
      { key: "high", label: "95% high", digits: 3 },
    ],
    rows: methods.map(([key, method]) => {
      const interval = meanInterval(of(key));
      return { method, accuracy: interval.value, ...ends(interval) };
    }),
  };
}
