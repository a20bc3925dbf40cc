import { solvePositiveDefinite } from "../../../kit/cholesky.ts";
import { checkRows, type LinearModel } from "../linear-models.ts";
import type { Matrix } from "./problem.ts";

/** Widths of the rounded corner, one after another; the last costs at most a quarter of itself per unit of weight on the margin. */
const corners = [1, 0.3, 0.1, 0.03, 0.01, 0.003, 0.001, 0.0003];

/**
 * Minimiser of $\sum_i u_i h_\delta(y_i(w^\top x_i + b)) + \tfrac{\lambda}{2}\lVert w\rVert^2$, where $h_\delta$ is the hinge
 * $\max(0, 1 - m)$ with its corner replaced by the parabola $(1 + \delta - m)^2/(4\delta)$ on $|m - 1| < \delta$, for δ down to
 * 0.0003, each starting from the last one's solution. Newton steps with halving, $O(nd^2)$ each.
 */
export function minimiseHinge(
  X: Matrix,
  y: Float64Array,
  u: Float64Array,
  { l2, intercept }: { l2: number; intercept: boolean },
): LinearModel {
  checkRows(X.data, y, u);
  const d = X.columns;
  const size = d + (intercept ? 1 : 0);
  let at = new Float64Array(size);
  for (const corner of corners) {
    let here = evaluate(X, y, u, l2, corner, at);
    for (let round = 0; round < 30; round++) {
      const step = downhill(X, y, u, l2, corner, at, here.gradient);
      let scale = 1;
      let next = at;
      let there = here;
      do {
        const s = scale;
        next = at.map((value, j) => value - s * (step[j] as number));
        there = evaluate(X, y, u, l2, corner, next);
        scale /= 2;
      } while (!(there.value <= here.value) && scale > 1e-8);
      if (!(there.value < here.value)) break;
      const gained = here.value - there.value;
      [at, here] = [next, there];
      if (gained < 1e-10 * here.value) break;
    }
  }
  return { weights: at.slice(0, d), intercept: intercept ? (at[d] as number) : 0 };
}

function margin(X: Matrix, y: Float64Array, at: Float64Array, i: number): number {
  const d = X.columns;
  let sum = at.length > d ? (at[d] as number) : 0;
  for (let j = 0, from = i * d; j < d; j++) sum += (at[j] as number) * (X.data[from + j] as number);
  return (y[i] as number) * sum;
}

function evaluate(X: Matrix, y: Float64Array, u: Float64Array, l2: number, corner: number, at: Float64Array) {
  const d = X.columns;
  const gradient = new Float64Array(at.length);
  let value = 0;
  for (let j = 0; j < d; j++) {
    value += (l2 / 2) * (at[j] as number) ** 2;
    gradient[j] = l2 * (at[j] as number);
  }
  for (let i = 0; i < X.rows; i++) {
    const m = margin(X, y, at, i);
    if (m >= 1 + corner) continue;
    const weight = u[i] as number;
    const inside = 1 + corner - m;
    const round = m > 1 - corner;
    value += weight * (round ? inside ** 2 / (4 * corner) : 1 - m);
    const pull = -weight * (y[i] as number) * (round ? inside / (2 * corner) : 1);
    for (let j = 0, from = i * d; j < d; j++)
      gradient[j] = (gradient[j] as number) + pull * (X.data[from + j] as number);
    if (at.length > d) gradient[d] = (gradient[d] as number) + pull;
  }
  return { value, gradient };
}

/** The Newton step; where no row lies on the corner the intercept has no curvature, and gets a little. */
function downhill(
  X: Matrix,
  y: Float64Array,
  u: Float64Array,
  l2: number,
  corner: number,
  at: Float64Array,
  gradient: Float64Array,
): Float64Array {
  const d = X.columns;
  const size = at.length;
  const hessian = new Float64Array(size * size);
  const x = new Float64Array(size).fill(1);
  let total = 0;
  for (let i = 0; i < X.rows; i++) {
    total += u[i] as number;
    if (Math.abs(margin(X, y, at, i) - 1) >= corner) continue;
    const bend = (u[i] as number) / (2 * corner);
    for (let j = 0, from = i * d; j < d; j++) x[j] = X.data[from + j] as number;
    for (let j = 0; j < size; j++) {
      const scaled = bend * (x[j] as number);
      for (let k = 0; k <= j; k++)
        hessian[j * size + k] = (hessian[j * size + k] as number) + scaled * (x[k] as number);
    }
  }
  for (let j = 0; j < size; j++)
    hessian[j * size + j] = (hessian[j * size + j] as number) + (j < d ? l2 : 0) + 1e-6 * total;
  return solvePositiveDefinite(hessian, gradient) ?? gradient;
}
