import { type Interval, logLogSlope, meanInterval, median, quantile } from "../../../kit/stats.ts";
import { all as every, exceeds } from "../../../kit/verdict.ts";

/** Mean over seeds of each seed's least-squares slope of log error against log x, with its interval. */
export function meanSlope(x: readonly number[], seeds: readonly (readonly number[])[]): Interval {
  return meanInterval(seeds.map((errors) => logLogSlope(x, errors).slope));
}

/** The same interval of the negated quantity: decides "less than" by {@link exceeds}. */
export function negated(interval: Interval): Interval {
  return { ...interval, value: -interval.value, low: -interval.high, high: -interval.low };
}

/** Decides low ≤ value ≤ high: inconclusive while one of the ends lies inside the interval. */
export function within(interval: Interval, low: number, high: number) {
  return every([exceeds(interval, low), exceeds(negated(interval), -high)]);
}

/** Median, with the range of the middle 80% of the seeds. */
export function spread(values: readonly number[]): { value: number; low: number; high: number } {
  return { value: median(values), low: quantile(values, 0.1), high: quantile(values, 0.9) };
}
