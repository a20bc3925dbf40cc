import type { Random } from "../../../kit/random.ts";
import { type Matrix, type Problem, pickRows, totalCost } from "./problem.ts";

export interface KMeansOptions {
  k: number;
  /** k-means++ starts, of which the cheapest is kept; default 10. */
  restarts?: number;
  /** Lloyd's iterations of each; default 15. */
  iterations?: number;
}

/** Squared distance of every row to its nearest centre, and which one that is. */
export function nearestCentres(X: Matrix, centres: Matrix): { distances: Float64Array; nearest: Int32Array } {
  const d = X.columns;
  const distances = new Float64Array(X.rows);
  const nearest = new Int32Array(X.rows);
  for (let i = 0; i < X.rows; i++) {
    let best = Number.POSITIVE_INFINITY;
    for (let c = 0; c < centres.rows; c++) {
      let sum = 0;
      for (let j = 0; j < d && sum < best; j++)
        sum += ((X.data[i * d + j] as number) - (centres.data[c * d + j] as number)) ** 2;
      if (sum < best) {
        best = sum;
        nearest[i] = c;
      }
    }
    distances[i] = best;
  }
  return { distances, nearest };
}

/** Weighted k-means++ seeding: each next centre is a row drawn with probability $\propto w_i\,d_i^2$ to those before. */
function seedCentres(X: Matrix, w: Float64Array, k: number, random: Random): Matrix {
  const chosen = [random.weighted(w)];
  const { distances } = nearestCentres(X, pickRows(X, chosen));
  while (chosen.length < Math.min(k, X.rows)) {
    const next = random.weighted(distances.map((distance, i) => distance * (w[i] as number)));
    chosen.push(next);
    const from = nearestCentres(X, pickRows(X, [next])).distances;
    for (let i = 0; i < distances.length; i++) distances[i] = Math.min(distances[i] as number, from[i] as number);
  }
  return pickRows(X, chosen);
}

/** One start: seeding, then Lloyd's steps until nothing moves. A centre that loses all its rows stays where it is. */
function lloyd(X: Matrix, w: Float64Array, k: number, iterations: number, random: Random): Matrix {
  const d = X.columns;
  const centres = seedCentres(X, w, k, random);
  let before: Int32Array | undefined;
  for (let round = 0; round < iterations; round++) {
    const { nearest } = nearestCentres(X, centres);
    if (before && nearest.every((c, i) => c === before?.[i])) break;
    before = nearest;
    const sums = new Float64Array(centres.data.length);
    const totals = new Float64Array(centres.rows);
    for (let i = 0; i < X.rows; i++) {
      const c = nearest[i] as number;
      const weight = w[i] as number;
      totals[c] = (totals[c] as number) + weight;
      for (let j = 0; j < d; j++)
        sums[c * d + j] = (sums[c * d + j] as number) + weight * (X.data[i * d + j] as number);
    }
    for (let at = 0; at < sums.length; at++) {
      const total = totals[Math.floor(at / d)] as number;
      if (total > 0) centres.data[at] = (sums[at] as number) / total;
    }
  }
  return centres;
}

/**
 * k-means: $f_i = \min_j \lVert x_i - c_j\rVert^2$; the query is the matrix of centres. Solved by weighted Lloyd iterations from
 * several k-means++ starts, the cheapest of which wins. With fewer rows than k there are fewer centres.
 */
export function kMeansProblem({ k, restarts = 10, iterations = 15 }: KMeansOptions): Problem<Matrix> {
  if (!(Number.isInteger(k) && k > 0)) throw new RangeError(`${k} is not a number of centres`);
  return {
    loss: (X, _, centres) => nearestCentres(X, centres).distances,
    fit(X, _, w, random) {
      let best: Matrix | undefined;
      let least = Number.POSITIVE_INFINITY;
      for (let start = 0; start < restarts; start++) {
        const centres = lloyd(X, w, k, iterations, random.fork(start));
        const cost = totalCost(nearestCentres(X, centres).distances, w);
        if (!best || cost < least) [best, least] = [centres, cost];
      }
      if (!best) throw new RangeError("k-means needs a start");
      return best;
    },
  };
}
