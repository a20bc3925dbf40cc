import type { Chart } from "../../../kit/paper.ts";

/** Full cost of each model in the order in which they were fitted. */
export function costChart(initialCosts: readonly number[], history: readonly number[]): Omit<Chart, "name"> {
  const values = [
    ...initialCosts.map((cost, i) => ({ model: i + 1, cost, subset: "uniform start" })),
    ...history.map((cost, i) => ({ model: initialCosts.length + i + 1, cost, subset: "summary of losses" })),
  ];
  const least = Math.min(...history);
  return {
    alt: `Cost on all rows of ${values.length} models in turn: the first ${initialCosts.length} come from uniform samples, the best summary reaches ${least.toPrecision(4)}.`,
    spec: {
      width: "container",
      height: 220,
      data: { values },
      mark: { type: "line", point: true },
      encoding: {
        x: { field: "model", type: "ordinal", title: "model", axis: { labelAngle: 0 } },
        y: {
          field: "cost",
          type: "quantitative",
          title: "cost on all rows",
          scale: values.every(({ cost }) => cost > 0) ? { type: "log" } : {},
        },
        color: { field: "subset", type: "nominal", title: null, sort: null, legend: { orient: "bottom" } },
      },
    },
  };
}

/** Relative error of the weighted cost at each held-out model, from models fitted to few rows to models fitted to many. */
export function certificateChart(errors: readonly number[]): Omit<Chart, "name"> {
  const values = errors.map((error, i) => ({ model: i + 1, error }));
  const largest = Math.max(...errors);
  return {
    alt: `Relative error of the subset's weighted cost at ${errors.length} held-out models, ${(100 * largest).toFixed(1)}% at most; models to the right are nearer to the optimum.`,
    spec: {
      width: "container",
      height: 200,
      data: { values },
      mark: { type: "point", filled: true },
      encoding: {
        x: {
          field: "model",
          type: "ordinal",
          title: "held-out model, nearer the optimum to the right",
          axis: { labelAngle: 0 },
        },
        y: { field: "error", type: "quantitative", title: "relative error of the cost", axis: { format: "%" } },
      },
    },
  };
}
