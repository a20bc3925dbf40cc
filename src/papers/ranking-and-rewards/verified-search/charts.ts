import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Row } from "../../../kit/paper.ts";

/** Loss of both learners against samples, and against the budget with as many samples as tokens. */
export function ratesChart(values: Row[]): Omit<Chart, "name"> {
  const x = { field: "x", type: "quantitative", scale: { type: "log", base: 2 }, title: "samples n, or tokens H" };
  const y = { field: "loss", title: "shortfall (tokens)", scale: { type: "log" } };
  const color = { field: "learner", type: "nominal", title: "learner" };
  return {
    alt: "Shortfall on doubly logarithmic axes. Against the samples at a fixed budget the verifier-free loss falls half as steeply as the verifier-based one; with as many samples as tokens the first grows like the square root and the second is flat.",
    spec: {
      data: { values },
      facet: { column: { field: "panel", type: "nominal", title: null } },
      spec: {
        width: 240,
        layer: intervalLayers("y", y, { x, color }, { mark: "line" }),
      },
    },
  };
}

/** Accuracy of every rule against attempts, a panel for each base; `alt` says what is seen. */
export function searchChart(values: Row[], rules: readonly string[], alt: string): Omit<Chart, "name"> {
  const x = { field: "N", type: "quantitative", scale: { type: "log", base: 2 }, title: "attempts a prompt, N" };
  const y = { field: "accuracy", title: "accuracy", scale: { domain: [0, 1] } };
  const color = { field: "rule", type: "nominal", title: "rule", sort: [...rules] };
  return {
    alt,
    spec: {
      data: { values },
      facet: { column: { field: "base", type: "nominal", title: null } },
      spec: {
        width: 240,
        layer: intervalLayers("y", y, { x, color }, { mark: "line" }),
      },
    },
  };
}
