import erfc from "@stdlib/math-base-special-erfc";
import quantileT from "@stdlib/stats-base-dists-t-quantile";
import {
  linearRegression,
  mean as meanOf,
  quantileSorted,
  sampleRankCorrelation,
  sampleStandardDeviation,
} from "simple-statistics";
import type { Random } from "./random.ts";

/** A point estimate with an interval around it, from `n` independent values. */
export interface Interval {
  value: number;
  low: number;
  high: number;
  n: number;
  /** Coverage of [low, high], e.g. 0.95. */
  level: number;
}

export function mean(values: readonly number[]): number {
  return meanOf(values as number[]);
}

/** Sample standard deviation (n − 1); 0 for a single value. */
export function sd(values: readonly number[]): number {
  return values.length < 2 ? 0 : sampleStandardDeviation(values as number[]);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Linear-interpolation-free sample quantile of unsorted values, 0 ≤ p ≤ 1. */
export function quantile(values: readonly number[], p: number): number {
  return quantileSorted(
    [...values].sort((a, b) => a - b),
    p,
  );
}

/**
 * Student-t interval of the mean: x̄ ± t_{n−1} s/√n. For the few seeds a claim runs, this is the interval to use.
 * A single value has an infinite interval: one seed is no evidence about the next.
 */
export function meanInterval(values: readonly number[], level = 0.95): Interval {
  const n = values.length;
  const value = mean(values);
  if (n < 2) return { value, low: Number.NEGATIVE_INFINITY, high: Number.POSITIVE_INFINITY, n, level };
  const half = (quantileT(0.5 + level / 2, n - 1) * sd(values)) / Math.sqrt(n);
  return { value, low: value - half, high: value + half, n, level };
}

/** Interval of the mean difference a_i − b_i over paired runs (same seed, same data). */
export function pairedInterval(a: readonly number[], b: readonly number[], level = 0.95): Interval {
  if (a.length !== b.length) throw new RangeError(`paired values differ in number: ${a.length} and ${b.length}`);
  return meanInterval(
    a.map((x, i) => x - (b[i] ?? Number.NaN)),
    level,
  );
}

/** Percentile bootstrap interval of any statistic over `values`. */
export function bootstrapInterval(
  values: readonly number[],
  statistic: (sample: readonly number[]) => number,
  random: Random,
  { resamples = 1000, level = 0.95 } = {},
): Interval {
  const n = values.length;
  const draws = Array.from({ length: resamples }, () =>
    statistic(Array.from({ length: n }, () => values[random.int(0, n - 1)] ?? Number.NaN)),
  ).sort((a, b) => a - b);
  const tail = (1 - level) / 2;
  return {
    value: statistic(values),
    low: quantileSorted(draws, tail),
    high: quantileSorted(draws, 1 - tail),
    n,
    level,
  };
}

/**
 * Percentile bootstrap intervals of the means of several columns that share their rows, on the same resamples of rows: one draw
 * serves all columns, which makes many of them cheap. Throws on no rows and on columns of different lengths.
 */
export function bootstrapMeans(
  columns: readonly ArrayLike<number>[],
  random: Random,
  { resamples = 1000, level = 0.95 } = {},
): Interval[] {
  const n = columns[0]?.length ?? 0;
  if (n === 0 || columns.some((column) => column.length !== n))
    throw new RangeError("columns of one length, with one row or more, are wanted");
  const draws = columns.map(() => new Float64Array(resamples));
  const picked = new Int32Array(n);
  for (let r = 0; r < resamples; r++) {
    for (let i = 0; i < n; i++) picked[i] = random.int(0, n - 1);
    for (const [c, column] of columns.entries()) {
      let sum = 0;
      for (let i = 0; i < n; i++) sum += column[picked[i] as number] as number;
      (draws[c] as Float64Array)[r] = sum / n;
    }
  }
  const tail = (1 - level) / 2;
  return columns.map((column, c) => {
    const sorted = Array.from((draws[c] as Float64Array).sort());
    let sum = 0;
    for (let i = 0; i < n; i++) sum += column[i] as number;
    return { value: sum / n, low: quantileSorted(sorted, tail), high: quantileSorted(sorted, 1 - tail), n, level };
  });
}

/** Least-squares slope and intercept of log y against log x: the exponent of a power law. All values must be positive. */
export function logLogSlope(x: readonly number[], y: readonly number[]): { slope: number; intercept: number } {
  if (x.length !== y.length || x.length < 2) throw new RangeError("a slope needs two or more points");
  const points = x.map((xi, i): [number, number] => [Math.log(xi), Math.log(y[i] ?? Number.NaN)]);
  const { m, b } = linearRegression(points);
  return { slope: m, intercept: b };
}

/** Spearman's rank correlation of paired values, equal ones sharing their mean rank; NaN where all values are equal. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  if (x.length !== y.length || x.length < 2) throw new RangeError("a correlation needs two or more pairs");
  return sampleRankCorrelation(x as number[], y as number[]);
}

/** Geometric mean of positive values. */
export function geometricMean(values: readonly number[]): number {
  return Math.exp(mean(values.map(Math.log)));
}

/** Distribution function of the standard normal, accurate in both tails. */
export function normalCdf(x: number): number {
  return 0.5 * erfc(-x / Math.SQRT2);
}
