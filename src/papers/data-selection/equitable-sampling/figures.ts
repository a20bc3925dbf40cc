import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Row, Table } from "../../../kit/paper.ts";
import { type Interval, mean, meanInterval, pairedInterval } from "../../../kit/stats.ts";
import { type Setting, strategies, type TrialInput, type TrialResult } from "./experiment.ts";

const ends = ({ low, high }: Interval): { low: number | null; high: number | null } => ({
  low: Number.isFinite(low) ? low : null,
  high: Number.isFinite(high) ? high : null,
});

const groupName = ({ groups }: TrialInput, g: number): string => `group ${g + 1} (${groups[g]?.snps} SNPs)`;

/** Utility of every strategy, what adaptive buying gains over it, and the samples it bought, by setting. */
export function utilityTable(
  settings: readonly Setting[],
  input: TrialInput,
  results: readonly TrialResult[],
): Omit<Table, "name"> {
  const rows = settings.flatMap(({ name: setting }, s) =>
    strategies.map((strategy): Row => {
      const values = results.map((by) => by[s]?.[strategy].utility ?? Number.NaN);
      const adaptive = results.map((by) => by[s]?.adaptive.utility ?? Number.NaN);
      const gain = pairedInterval(adaptive, values);
      const samples = input.groups.map((_, g): [string, number] => [
        `n${g}`,
        mean(results.map((by) => by[s]?.[strategy].samples[g] ?? 0)),
      ]);
      return {
        setting,
        strategy,
        utility: mean(values),
        gain: strategy === "adaptive" ? null : gain.value,
        gainLow: strategy === "adaptive" ? null : ends(gain).low,
        gainHigh: strategy === "adaptive" ? null : ends(gain).high,
        ...Object.fromEntries(samples),
      };
    }),
  );
  return {
    title: `Utility and samples bought, mean over ${results.length} seeds`,
    columns: [
      { key: "setting", label: "what is valued" },
      { key: "strategy", label: "strategy" },
      { key: "utility", label: "U", digits: 4 },
      { key: "gain", label: "adaptive gains", digits: 4 },
      { key: "gainLow", label: "95% low", digits: 4 },
      { key: "gainHigh", label: "95% high", digits: 4 },
      ...input.groups.map((_, g) => ({ key: `n${g}`, label: groupName(input, g), unit: "samples", digits: 0 })),
    ],
    rows,
  };
}

/** What every strategy lacks to the oracle, with intervals: paired, so that the luck of the draw cancels. */
export function utilityChart(settings: readonly Setting[], results: readonly TrialResult[]): Omit<Chart, "name"> {
  const values = settings.flatMap(({ name: setting }, s) =>
    strategies
      .filter((strategy) => strategy !== "oracle")
      .map((strategy) => {
        const of = (name: typeof strategy | "oracle"): number[] =>
          results.map((by) => by[s]?.[name].utility ?? Number.NaN);
        const interval = pairedInterval(of(strategy), of("oracle"));
        return { setting, strategy, lacks: interval.value, ...ends(interval) };
      }),
  );
  const y = { field: "strategy", type: "nominal", sort: null, title: null };
  const spec = {
    width: 240,
    layer: intervalLayers("x", { field: "lacks", title: "U − U(oracle)" }, { y }),
  };
  const main = values.filter(({ setting }) => setting === settings[0]?.name);
  return {
    alt: `How far each strategy stays behind the oracle, with 95% intervals. ${main.map(({ strategy, lacks }) => `${strategy} ${lacks.toFixed(3)}`).join(", ")}.`,
    spec:
      settings.length === 1
        ? { data: { values }, ...spec, width: "container" }
        : {
            data: { values },
            facet: { field: "setting", type: "nominal", title: null, sort: settings.map(({ name }) => name) },
            columns: 2,
            spec,
            resolve: { scale: { x: "independent" } },
          },
  };
}

/** Where the budget goes, for the first setting. */
export function samplesChart(input: TrialInput, results: readonly TrialResult[]): Omit<Chart, "name"> {
  const values = strategies.flatMap((strategy) =>
    input.groups.map((_, g) => ({
      strategy,
      group: groupName(input, g),
      samples: meanInterval(results.map((by) => by[0]?.[strategy].samples[g] ?? 0)).value,
    })),
  );
  const shown = (strategy: string): string =>
    values
      .filter((value) => value.strategy === strategy)
      .map(({ samples }) => Math.round(samples))
      .join(", ");
  return {
    alt: `Samples bought of each group by strategy, mean over seeds: adaptive ${shown("adaptive")}; oracle ${shown("oracle")}.`,
    spec: {
      width: "container",
      data: { values },
      mark: "bar",
      encoding: {
        y: { field: "strategy", type: "nominal", sort: null, title: null },
        x: { field: "samples", type: "quantitative", title: "samples bought" },
        color: { field: "group", type: "nominal", title: null, sort: null, legend: { orient: "bottom" } },
        order: { field: "group" },
      },
    },
  };
}
