import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Row, Table } from "../../../kit/paper.ts";
import { type Interval, mean, meanInterval } from "../../../kit/stats.ts";
import type { Errors, ProblemName, TrialResult } from "./experiments.ts";

export const methods = [
  ["auto", "AutoCoreset"],
  ["uniform", "uniform"],
  ["stratified", "stratified"],
  ["bestStratified", "best of T stratified"],
  ["specific", "made for the problem"],
  ["bestSpecific", "best of T made for the problem"],
] as const;

export type Method = (typeof methods)[number][0];

/** Trials of one problem. */
export interface Block {
  problem: ProblemName;
  data: string;
  results: TrialResult[];
}

/** Natural logarithms of ε of a method at the size of this position, one a trial. */
export function logErrors({ results }: Pick<Block, "results">, at: number, method: Method): number[] {
  return results.map(({ bySize }) => Math.log((bySize[at] as Errors)[method]));
}

const back = ({ value, low, high }: Interval) => ({
  value: Math.exp(value),
  low: Number.isFinite(low) ? Math.exp(low) : null,
  high: Number.isFinite(high) ? Math.exp(high) : null,
});

export function errorTable(blocks: readonly Block[], sizes: readonly number[]): Omit<Table, "name"> {
  const rows: Row[] = blocks.flatMap((block) =>
    sizes.flatMap((size, at) =>
      methods.map(([key, method]): Row => {
        const { value, low, high } = back(meanInterval(logErrors(block, at, key)));
        const evaluations = mean(block.results.map(({ bySize }) => (bySize[at] as Errors).evaluations));
        return {
          problem: `${block.problem}, ${block.data}`,
          size,
          method,
          error: value,
          low,
          high,
          tries: key === "auto" || key.startsWith("best") ? evaluations : 1,
        };
      }),
    ),
  );
  return {
    title: `Excess of the full-data cost over the optimum, geometric mean of ${blocks[0]?.results.length ?? 0} trials`,
    columns: [
      { key: "problem", label: "problem" },
      { key: "size", label: "size" },
      { key: "method", label: "method" },
      { key: "error", label: "ε", digits: 4 },
      { key: "low", label: "95% low", digits: 4 },
      { key: "high", label: "95% high", digits: 4 },
      { key: "tries", label: "full costs looked at", digits: 1 },
    ],
    rows,
  };
}

export function errorChart(block: Block, sizes: readonly number[]): Omit<Chart, "name"> {
  const values = sizes.flatMap((size, at) =>
    methods.map(([key, method]) => ({ size, method, ...back(meanInterval(logErrors(block, at, key))) })),
  );
  const x = {
    field: "size",
    type: "quantitative",
    title: "size of the subset",
    scale: { type: "log" },
    axis: { values: [...sizes] },
  };
  const y = { field: "value", title: "excess of full cost, ε", scale: { type: "log" } };
  const color = { field: "method", type: "nominal", title: null, sort: null, legend: { orient: "bottom", columns: 2 } };
  const told = values
    .filter(({ method }) => method === "AutoCoreset" || method.startsWith("best of T str") || method === "uniform")
    .map(({ size, method, value }) => `${method} ${value.toPrecision(2)} at ${size}`);
  return {
    alt: `Excess cost of models fitted to subsets, ${block.problem} on ${block.data}: ${told.join(", ")}.`,
    spec: {
      width: "container",
      height: 260,
      data: { values },
      layer: intervalLayers("y", y, { x, color }, { mark: "line" }),
    },
  };
}
