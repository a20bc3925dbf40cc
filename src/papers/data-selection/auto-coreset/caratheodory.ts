import type { WeightedSubset } from "../weighted-sample.ts";
import type { Matrix } from "./problem.ts";

/**
 * Carathéodory's theorem at work: of weighted points in $\mathbb R^h$, at most $h + 1$ with new positive weights keep both
 * $\sum v_i q_i$ and $\sum v_i$ (paper, section on vector summarisation). The points are put into $2h + 2$ groups, the groups' means are
 * reduced, the points of surviving groups stay, and so on: $O(nh + h^4\log n)$. Weights of 0 count as absent. Exact up to rounding.
 */
export function caratheodory(points: Matrix, weights: ArrayLike<number>): WeightedSubset {
  const h = points.columns;
  if (weights.length !== points.rows) throw new RangeError(`${weights.length} weights for ${points.rows} points`);
  let left: number[] = [];
  for (let i = 0; i < points.rows; i++) {
    const weight = weights[i] as number;
    if (!(weight >= 0 && weight < Number.POSITIVE_INFINITY))
      throw new RangeError(`the weight of point ${i} is not a finite number from 0 on`);
    if (weight > 0) left.push(i);
  }
  const v = Float64Array.from(weights);
  while (left.length > h + 1) {
    const groups = Math.min(left.length, 2 * h + 2);
    const means = new Float64Array(groups * h);
    const totals = new Float64Array(groups);
    const groupOf = (position: number): number => Math.floor((position * groups) / left.length);
    left.forEach((i, position) => {
      const g = groupOf(position);
      const weight = v[i] as number;
      totals[g] = (totals[g] as number) + weight;
      for (let c = 0; c < h; c++)
        means[g * h + c] = (means[g * h + c] as number) + weight * (points.data[i * h + c] as number);
    });
    for (let at = 0; at < means.length; at++)
      means[at] = (means[at] as number) / (totals[Math.floor(at / h)] as number);
    const reduced = caratheodoryBase({ data: means, rows: groups, columns: h }, totals);
    left = left.filter((i, position) => {
      const g = groupOf(position);
      v[i] = ((v[i] as number) * (reduced[g] as number)) / (totals[g] as number);
      return (v[i] as number) > 0;
    });
  }
  return { indices: Int32Array.from(left), weights: Float64Array.from(left, (i) => v[i] as number) };
}

/**
 * The step for few points, $O(h^3)$ for each one removed: while more than $h + 1$ weights are positive, the first $h + 2$ of their
 * points are affinely dependent, $\sum z_i q_i = 0$ and $\sum z_i = 0$; moving the weights along $-z$ until the first of them is 0
 * changes neither sum. Returns the new weights, 0 for removed points.
 */
export function caratheodoryBase(points: Matrix, weights: ArrayLike<number>): Float64Array {
  const h = points.columns;
  const v = Float64Array.from(weights);
  for (;;) {
    const some: number[] = [];
    for (let i = 0; i < v.length && some.length < h + 2; i++) if ((v[i] as number) > 0) some.push(i);
    if (some.length < h + 2) return v;
    const z = dependence(points, some);
    let step = Number.POSITIVE_INFINITY;
    let gone = -1;
    some.forEach((i, j) => {
      const slope = z[j] as number;
      if (slope > 0 && (v[i] as number) / slope < step) {
        step = (v[i] as number) / slope;
        gone = i;
      }
    });
    some.forEach((i, j) => {
      v[i] = i === gone ? 0 : Math.max(0, (v[i] as number) - step * (z[j] as number));
    });
  }
}

/** A $z \ne 0$ with $\sum z_i q_i = 0$ and $\sum z_i = 0$ over $h + 2$ points, by elimination with row and column scaling. */
function dependence({ data, columns: h }: Matrix, some: readonly number[]): Float64Array {
  const n = some.length;
  const rows: Float64Array[] = Array.from({ length: h + 1 }, (_, c) => {
    const row = Float64Array.from(some, (i) => (c === h ? 1 : (data[i * h + c] as number)));
    if (c < h) {
      // Centred, so that a large common offset does not eat the digits; the row of ones keeps this equivalent.
      const middle = row.reduce((sum, x) => sum + x, 0) / n;
      for (let j = 0; j < n; j++) row[j] = (row[j] as number) - middle;
    }
    const size = row.reduce((most, x) => Math.max(most, Math.abs(x)), 0);
    return size > 0 ? row.map((x) => x / size) : row;
  });
  const pivots: number[] = [];
  const free: number[] = [];
  for (let column = 0; column < n; column++) {
    const rank = pivots.length;
    let best = rank;
    for (let r = rank; r < rows.length; r++)
      if (Math.abs(rows[r]?.[column] ?? 0) > Math.abs(rows[best]?.[column] ?? 0)) best = r;
    const chosen = rows[best];
    if (rank >= rows.length || !chosen || Math.abs(chosen[column] as number) < 1e-13) {
      free.push(column);
      break; // one free column is enough: the others stay 0
    }
    rows[best] = rows[rank] as Float64Array;
    rows[rank] = chosen;
    const pivot = chosen[column] as number;
    for (let j = column; j < n; j++) chosen[j] = (chosen[j] as number) / pivot;
    for (const [r, row] of rows.entries()) {
      const factor = row[column] as number;
      if (r === rank || factor === 0) continue;
      for (let j = column; j < n; j++) row[j] = (row[j] as number) - factor * (chosen[j] as number);
    }
    pivots.push(column);
  }
  const z = new Float64Array(n);
  const open = free[0] ?? n - 1;
  z[open] = 1;
  for (const [r, column] of pivots.entries()) z[column] = -((rows[r]?.[open] as number) ?? 0);
  return z;
}
