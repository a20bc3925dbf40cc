import { intervalLayers } from "../../../kit/charts.ts";
import type { Chart, Row } from "../../../kit/paper.ts";

type Drawn = Omit<Chart, "name">;

/** Time per text symbol against pattern length, both logarithmic, with the range over the seeds. */
export function growthChart(rows: readonly Row[]): Drawn {
  const x = { field: "m", type: "quantitative", scale: { type: "log", base: 2 }, title: "pattern length m" };
  const y = { field: "ns", title: "ns per text symbol", scale: { type: "log" } };
  const color = { field: "method", type: "nominal", title: "method" };
  const last = rows.filter((row) => row.m === Math.max(...rows.map((other) => Number(other.m))));
  return {
    alt: `Time per text symbol against pattern length, both axes logarithmic. At the longest pattern: ${last
      .map((row) => `${row.method} ${Number(row.ns).toPrecision(3)} ns`)
      .join(", ")}.`,
    spec: {
      width: "container",
      data: { values: [...rows] },
      layer: intervalLayers("y", y, { x, color }, { mark: "line" }),
    },
  };
}

/** Largest relative shortfall of each draw against ε, with the line at which it would be too much. */
export function shortfallChart(points: readonly Row[], limits: readonly number[]): Drawn {
  const axis = { type: "quantitative", scale: { type: "log" } };
  const x = { ...axis, field: "eps", title: "relative error asked for, ε" };
  const worst = limits.map((eps) => {
    const own = points.filter((point) => point.eps === eps).map((point) => Number(point.shortfall));
    return `ε = ${eps}: ${own.length > 0 ? Math.max(...own).toPrecision(2) : "none"}`;
  });
  return {
    alt: `Largest relative shortfall over all alignments, one point a draw, against ε, with the line on which both are equal. Worst: ${worst.join("; ")}.`,
    spec: {
      width: "container",
      layer: [
        {
          data: { values: points.filter((point) => Number(point.shortfall) > 0) },
          mark: { type: "point", opacity: 0.5 },
          encoding: { x, y: { ...axis, field: "shortfall", title: "largest relative shortfall" } },
        },
        {
          data: { values: limits.map((eps) => ({ eps, limit: eps })) },
          mark: { type: "line", strokeDash: [4, 4] },
          encoding: { x, y: { ...axis, field: "limit" } },
        },
      ],
    },
  };
}

const binCount = 400;

/** The least distance in each of up to 400 stretches of equal length. */
export class DistanceBins {
  readonly places: number;
  readonly #width: number;
  readonly #least = new Map<number, number>();

  constructor(places: number) {
    this.places = places;
    this.#width = Math.max(1, Math.ceil(places / binCount));
  }

  add(place: number, distance: number): void {
    const bin = Math.floor(place / this.#width);
    const least = this.#least.get(bin);
    if (least === undefined || distance < least) this.#least.set(bin, distance);
  }

  rows(): Row[] {
    return [...this.#least]
      .sort(([a], [b]) => a - b)
      .map(([bin, distance]) => ({ place: bin * this.#width, distance }));
  }
}

/** The least distance along the text; stretches without a written place have no mark. */
export function distanceChart(bins: DistanceBins, m: number): Drawn {
  const rows = bins.rows();
  const least = Math.min(...rows.map((row) => Number(row.distance)));
  return {
    alt: `Least distance in ${rows.length} stretches of the text with results, of a pattern of ${m} symbols; the least of all is ${least}.`,
    spec: {
      width: "container",
      data: { values: rows },
      mark: { type: "point", filled: true, size: 12 },
      encoding: {
        x: { field: "place", type: "quantitative", title: "place in the text (records one after the other)" },
        y: { field: "distance", type: "quantitative", title: "least distance of the stretch" },
      },
    },
  };
}
