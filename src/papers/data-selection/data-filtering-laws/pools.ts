import { type Bucket, type LawConstants, type LawOptions, predictError } from "./law.ts";

export interface PoolChoice {
  /** Buckets in the chosen pool. */
  count: number;
  /** Their names, best first. */
  names: string[];
  /** `predicted[p − 1]`: error of the p best buckets together. */
  predicted: number[];
}

/** Best first: the most negative b, then the longest half-life, then the largest, then by name. */
export function sortBuckets(buckets: readonly Bucket[]): Bucket[] {
  const byName = (x: string, y: string): number => (x < y ? -1 : x > y ? 1 : 0);
  return [...buckets].sort(
    (x, y) => x.b - y.b || (x.tau === y.tau ? 0 : y.tau - x.tau) || y.size - x.size || byName(x.name, y.name),
  );
}

/**
 * How hard to filter for a budget of samples seen (paper, the choice of the pool): predicts the error of the p best buckets
 * together for p = 1 … P and takes the least; of equals the smaller pool. Throws what {@link predictError} throws.
 */
export function bestPool(
  buckets: readonly Bucket[],
  budget: number,
  constants: LawConstants,
  options: LawOptions = {},
): PoolChoice {
  const sorted = sortBuckets(buckets);
  const predicted = sorted.map((_, p) => predictError(sorted.slice(0, p + 1), budget, constants, options));
  const count = predicted.indexOf(Math.min(...predicted)) + 1;
  return { count, names: sorted.slice(0, count).map(({ name }) => name), predicted };
}

/** The best pool of every budget. */
export function poolFrontier(
  buckets: readonly Bucket[],
  budgets: readonly number[],
  constants: LawConstants,
  options: LawOptions = {},
): { budget: number; count: number; error: number }[] {
  return budgets.map((budget) => {
    const { count, predicted } = bestPool(buckets, budget, constants, options);
    return { budget, count, error: predicted[count - 1] as number };
  });
}

const scanPoints = 400;

/**
 * The first budget in `range` at which the lenient pool overtakes the aggressive one; null when it does not, or is ahead from
 * the start. Scans the range on a logarithmic grid, then halves.
 */
export function crossover(
  aggressive: readonly Bucket[],
  lenient: readonly Bucket[],
  constants: LawConstants,
  [from, to]: readonly [number, number],
  options: LawOptions = {},
): number | null {
  if (!(from > 0 && to > from)) throw new RangeError(`the range from ${from} to ${to} holds no budgets`);
  const lead = (n: number): number =>
    predictError(lenient, n, constants, options) - predictError(aggressive, n, constants, options);
  const step = Math.log(to / from) / (scanPoints - 1);
  let before = from;
  if (lead(before) <= 0) return null;
  for (let i = 1; i < scanPoints; i++) {
    const here = i === scanPoints - 1 ? to : from * Math.exp(i * step);
    if (lead(here) > 0) {
      before = here;
      continue;
    }
    let after = here;
    for (let round = 0; round < 100 && after / before > 1 + 1e-12; round++) {
      const middle = Math.sqrt(before * after);
      if (lead(middle) > 0) before = middle;
      else after = middle;
    }
    return after;
  }
  return null;
}
