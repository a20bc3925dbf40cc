import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Row } from "../../../kit/paper.ts";

type Figure = Omit<Chart, "name">;

const color = { field: "series", type: "nominal", title: null, legend: { orient: "top", labelLimit: 260 } };

const whiskers = (x: object, title: string) =>
  intervalLayers("y", { field: "value", title, scale: { type: "log" } }, { x, color }, { mark: "line" });

/** Worst error against the horizon. Points hold T, series, value, low, high. */
export function rateFigure(points: Row[]): Figure {
  const x = { field: "T", type: "quantitative", scale: { type: "log", base: 2 }, title: "records T" };
  return {
    alt: "Worst error against the number of records, both logarithmic: continual max-sum climbs along the line of slope one third, the running count climbs slowly, and the error of one release at the end is flat.",
    spec: { width: "container", height: 320, data: { values: [...points] }, layer: whiskers(x, "worst error") },
  };
}

/** Worst error at fixed T against d. Points hold d, series, value, low, high. */
export function dimensionFigure(points: Row[]): Figure {
  const x = { field: "d", type: "quantitative", scale: { type: "log", base: 2 }, title: "columns d" };
  return {
    alt: "Worst error at 4096 records against the number of columns, both logarithmic: the factorization and, above it, the tree rise like the square root of d and cross the flat line of recompute.",
    spec: { width: "container", height: 320, data: { values: [...points] }, layer: whiskers(x, "worst error") },
  };
}

/** AUC of the attack against d, with the limit as a rule. */
export function tracingFigure(points: Row[], limit: number): Figure {
  const x = { field: "d", type: "quantitative", scale: { type: "log", base: 2 }, title: "columns d" };
  const y = { field: "value", title: "AUC of the attack", scale: { domain: [0.4, 1] } };
  return {
    alt: `Area under the curve of the tracing attack against the number of columns: recompute stays below the limit of ${limit.toFixed(3)}, the impostor rises above it towards 1.`,
    spec: {
      width: "container",
      height: 280,
      data: { values: [...points] },
      layer: [
        ...intervalLayers("y", y, { x, color }, { mark: "line" }),
        {
          data: { values: [{ limit, label: "limit Φ(√ρ)" }] },
          layer: [
            {
              mark: { type: "rule", strokeDash: [4, 4] },
              encoding: { y: { field: "limit", type: "quantitative" } },
            },
            {
              mark: { type: "text", align: "left", dy: -6, x: 4 },
              encoding: { y: { field: "limit", type: "quantitative" }, text: { field: "label" } },
            },
          ],
        },
      ],
    },
  };
}
