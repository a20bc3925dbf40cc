import quantileOfT from "@stdlib/stats-base-dists-t-quantile";
import { linearRegression } from "simple-statistics";
import type { Held } from "./inspector.ts";

export interface Sample extends Held {
  /** Seconds since the first sample. */
  at: number;
  /** Requests answered so far. */
  requests: number;
}

export interface Slope {
  /** Units an hour, with the 95 % interval of the least-squares line. */
  perHour: number;
  low: number;
  high: number;
}

/** Caches fill and code is compiled at first: this share of the samples is left out. */
const warmUp = 0.3;

/** The samples that the slope is taken of. */
export function settled(samples: readonly Sample[]): Sample[] {
  return samples.slice(Math.floor(warmUp * samples.length));
}

/**
 * How fast a measure grows over time: the least-squares line $y = a + bt$ through the samples, and $b ± t_{n-2} s_b$ with
 * $s_b^2 = \sum r_i^2 / ((n - 2) \sum (t_i - \bar t)^2)$.
 */
export function slopeOf(samples: readonly Sample[], of: (sample: Sample) => number): Slope {
  const points = samples.map((sample): [number, number] => [sample.at / 3600, of(sample)]);
  if (points.length < 3) return { perHour: Number.NaN, low: Number.NaN, high: Number.NaN };
  const { m, b } = linearRegression(points);
  const middle = points.reduce((sum, [t]) => sum + t, 0) / points.length;
  const spread = points.reduce((sum, [t]) => sum + (t - middle) ** 2, 0);
  const squares = points.reduce((sum, [t, y]) => sum + (y - b - m * t) ** 2, 0);
  const free = points.length - 2;
  const half = quantileOfT(0.975, free) * Math.sqrt(squares / free / spread);
  return { perHour: m, low: m - half, high: m + half };
}
