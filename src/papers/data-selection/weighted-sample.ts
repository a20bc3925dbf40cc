import type { Random } from "../../kit/random.ts";

/** Some rows of a table, each standing for `weights[j]` rows. */
export interface WeightedSubset {
  /** Distinct rows, ascending. */
  indices: Int32Array;
  weights: Float64Array;
}

/**
 * `draws` independent draws of an index with probability $w_i/\sum_j w_j$, duplicates merged: the distinct indices, ascending,
 * with how often each came. $O(n + m\log m)$, without a copy of the weights. An index of weight 0 is never drawn. Throws
 * RangeError for weights that are negative, not finite or all 0.
 */
export function drawProportional(
  weights: ArrayLike<number>,
  draws: number,
  random: Random,
): { indices: Int32Array; counts: Int32Array } {
  if (!Number.isInteger(draws) || draws < 0) throw new RangeError(`${draws} is not a number of draws`);
  const n = weights.length;
  let total = 0;
  let last = -1;
  for (let i = 0; i < n; i++) {
    const weight = weights[i] as number;
    if (!(weight >= 0)) throw new RangeError(`the weight of row ${i} is not a number from 0 on`);
    if (weight > 0) last = i;
    total += weight;
  }
  if (draws === 0) return { indices: new Int32Array(0), counts: new Int32Array(0) };
  if (!(total > 0 && total < Number.POSITIVE_INFINITY)) throw new RangeError("the weights have no finite positive sum");
  const marks = Float64Array.from({ length: draws }, () => random.float() * total).sort();
  const indices = new Int32Array(Math.min(draws, n));
  const counts = new Int32Array(indices.length);
  let found = 0;
  let mark = 0;
  let passed = 0;
  for (let i = 0; i <= last && mark < draws; i++) {
    passed += weights[i] as number;
    const from = mark;
    // Rounding may put a mark at the very end, behind the last positive weight.
    while (mark < draws && ((marks[mark] as number) < passed || i === last)) mark++;
    if (mark === from) continue;
    indices[found] = i;
    counts[found++] = mark - from;
  }
  return { indices: indices.slice(0, found), counts: counts.slice(0, found) };
}

/**
 * Importance sampling: `draws` independent draws with $p_i \propto$ `importance`, row i weighted $u_i\,c_i/(m\,p_i)$ for its
 * $c_i$ draws, so that weighted sums over the sample are unbiased for $\sum_i u_i f(x_i)$ (over rows of positive importance).
 */
export function importanceSample(
  importance: ArrayLike<number>,
  draws: number,
  random: Random,
  rowWeights?: ArrayLike<number>,
): WeightedSubset {
  const { indices, counts } = drawProportional(importance, draws, random);
  let total = 0;
  for (let i = 0; i < importance.length; i++) total += importance[i] as number;
  const weights = Float64Array.from(indices, (i, j) => {
    const share = (importance[i] as number) / total;
    return ((rowWeights ? (rowWeights[i] as number) : 1) * (counts[j] as number)) / (draws * share);
  });
  return { indices, weights };
}

/** The rows of a row-major matrix at these positions, copied. */
export function takeRows(features: Float64Array, width: number, indices: ArrayLike<number>): Float64Array {
  const out = new Float64Array(indices.length * width);
  for (let j = 0; j < indices.length; j++) {
    const from = (indices[j] as number) * width;
    out.set(features.subarray(from, from + width), j * width);
  }
  return out;
}

/** The values at these positions, copied. */
export function takeValues(values: ArrayLike<number>, indices: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: indices.length }, (_, j) => values[indices[j] as number] as number);
}
