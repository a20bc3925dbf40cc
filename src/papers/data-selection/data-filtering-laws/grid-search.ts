import { logEquivalent, type Series } from "./checkpoints.ts";
import type { LawOptions } from "./law.ts";

/** Values that are tried. */
export interface Grids {
  b: readonly number[];
  tau: readonly number[];
  a: readonly number[];
  d: readonly number[];
}

/** Shared constants, and b and τ of every bucket. */
export interface Point {
  a: number;
  d: number;
  b: number[];
  tau: number[];
}

interface Best {
  cost: number;
  b: number;
  tau: number;
}

/** `count` values from low to high: evenly, or by equal factors where the range spans more than a factor of ten. */
export function gridOf([low, high]: readonly [number, number], count: number): number[] {
  if (!(high > low)) throw new RangeError(`the range from ${low} to ${high} is empty`);
  const logarithmic = low > 0 && high / low > 10.5;
  return Array.from({ length: count }, (_, i) =>
    logarithmic ? low * (high / low) ** (i / (count - 1)) : low + ((high - low) * i) / (count - 1),
  );
}

/**
 * The best (b, τ) of one bucket for given a and d. With $x = \ln(a\,\tilde n/n_0)$ the law is $e^{bx} + d$; on an even grid of b the
 * powers follow from each other by one multiplication.
 */
function bestOfBucket(
  logs: readonly Float64Array[],
  errors: Float64Array,
  logScale: number,
  d: number,
  { b, tau }: Grids,
): Best {
  const best: Best = { cost: Number.POSITIVE_INFINITY, b: b[0] as number, tau: tau[0] as number };
  const step = b.length > 1 ? (b[1] as number) - (b[0] as number) : 0;
  const costs = new Float64Array(b.length);
  for (const [t, row] of logs.entries()) {
    costs.fill(0);
    for (let k = 0; k < errors.length; k++) {
      const x = logScale + (row[k] as number);
      const factor = Math.exp(step * x);
      const wanted = (errors[k] as number) - d;
      let power = Math.exp((b[0] as number) * x);
      for (let i = 0; i < costs.length; i++) {
        const miss = power - wanted;
        costs[i] = (costs[i] as number) + miss * miss;
        power *= factor;
      }
    }
    for (let i = 0; i < costs.length; i++) {
      if ((costs[i] as number) < best.cost) Object.assign(best, { cost: costs[i], b: b[i], tau: tau[t] });
    }
  }
  return best;
}

/**
 * All grid points: the sum of squares is least at the point returned. `grids.b` is evenly spaced. `profile` has the least root
 * mean squared error for every d. Yields the share that is done, a (d, a) at a time.
 */
export function* gridSearch(
  series: readonly Series[],
  grids: Grids,
  n0: number,
  law: NonNullable<LawOptions["law"]>,
): Generator<number, Point & { profile: { d: number; rmse: number }[] }> {
  const logs = series.map(({ size, points }) =>
    grids.tau.map((tau) => Float64Array.from(points, ({ n }) => logEquivalent(n, size, tau, law))),
  );
  const errors = series.map(({ points }) => Float64Array.from(points, ({ error }) => error));
  const count = errors.reduce((sum, { length }) => sum + length, 0);
  let best: Point = { a: grids.a[0] as number, d: grids.d[0] as number, b: [], tau: [] };
  let least = Number.POSITIVE_INFINITY;
  const profile: { d: number; rmse: number }[] = [];
  for (const [j, d] of grids.d.entries()) {
    let leastHere = Number.POSITIVE_INFINITY;
    for (const [i, a] of grids.a.entries()) {
      yield (j + i / grids.a.length) / grids.d.length;
      const found = series.map((_, s) =>
        bestOfBucket(logs[s] as Float64Array[], errors[s] as Float64Array, Math.log(a / n0), d, grids),
      );
      const cost = found.reduce((sum, each) => sum + each.cost, 0);
      leastHere = Math.min(leastHere, cost);
      if (cost >= least) continue;
      least = cost;
      best = { a, d, b: found.map(({ b }) => b), tau: found.map(({ tau }) => tau) };
    }
    profile.push({ d, rmse: Math.sqrt(leastHere / count) });
  }
  return { ...best, profile };
}
