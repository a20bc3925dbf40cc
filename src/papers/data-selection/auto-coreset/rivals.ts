import { choleskyFactor } from "../../../kit/cholesky.ts";
import type { Random } from "../../../kit/random.ts";
import { importanceSample, takeValues, type WeightedSubset } from "../weighted-sample.ts";
import { type Matrix, type Problem, pickRows, totalCost } from "./problem.ts";
import { type Allocation, allocate, strataOf } from "./strata.ts";

/** Draws a weighted subset by importance within every class, with the budgets that AutoCoreset uses; one stratum without classes. */
export function stratifiedSample(
  importance: Float64Array,
  classes: ArrayLike<number> | null,
  size: number,
  rule: Allocation,
  random: Random,
): WeightedSubset {
  const strata = strataOf(importance.length, classes);
  const budgets = allocate(
    strata.map(({ rows }) => rows.length),
    size,
    rule,
  );
  const found: [number, number][] = [];
  for (const [k, { rows }] of strata.entries()) {
    if ((budgets[k] as number) >= rows.length) for (const i of rows) found.push([i, 1]);
    else {
      const { indices, weights } = importanceSample(takeValues(importance, rows), budgets[k] as number, random);
      for (const [j, i] of indices.entries()) found.push([rows[i] as number, weights[j] as number]);
    }
  }
  found.sort(([a], [b]) => a - b);
  return { indices: Int32Array.from(found, ([i]) => i), weights: Float64Array.from(found, ([, v]) => v) };
}

/**
 * Sensitivities made for logistic and linear regression: leverage scores of the design with an intercept,
 * $\ell_i = \tilde x_i^\top(\tilde X^\top\tilde X)^{-1}\tilde x_i$, mixed half and half with uniform.
 */
export function leverageImportance({ data, rows, columns }: Matrix): Float64Array {
  const size = columns + 1;
  const gram = new Float64Array(size * size);
  const x = new Float64Array(size).fill(1);
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) x[j] = data[i * columns + j] as number;
    for (let j = 0; j < size; j++)
      for (let k = 0; k <= j; k++)
        gram[j * size + k] = (gram[j * size + k] as number) + (x[j] as number) * (x[k] as number);
  }
  for (let j = 0; j < size; j++) gram[j * size + j] = (gram[j * size + j] as number) * (1 + 1e-9) + 1e-12;
  if (!choleskyFactor(gram, size)) throw new RangeError("the design has no leverage scores");
  const leverage = new Float64Array(rows);
  let total = 0;
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) x[j] = data[i * columns + j] as number;
    x[columns] = 1;
    let sum = 0;
    for (let j = 0; j < size; j++) {
      let value = x[j] as number;
      for (let k = 0; k < j; k++) value -= (gram[j * size + k] as number) * (x[k] as number);
      x[j] = value / (gram[j * size + j] as number);
      sum += (x[j] as number) ** 2;
    }
    leverage[i] = sum;
    total += sum;
  }
  return leverage.map((score) => score / (2 * total) + 1 / (2 * rows));
}

/** Sensitivities made for k-means (lightweight coresets): $\tfrac1{2n} + \tfrac12\,d^2(x_i, \mu)/\sum_j d^2(x_j, \mu)$. */
export function lightweightImportance({ data, rows, columns }: Matrix): Float64Array {
  const mean = new Float64Array(columns);
  for (let at = 0; at < data.length; at++)
    mean[at % columns] = (mean[at % columns] as number) + (data[at] as number) / rows;
  const squares = new Float64Array(rows);
  for (let at = 0; at < data.length; at++) {
    const i = Math.floor(at / columns);
    squares[i] = (squares[i] as number) + ((data[at] as number) - (mean[at % columns] as number)) ** 2;
  }
  const total = squares.reduce((a, b) => a + b, 0);
  return squares.map((square) => 1 / (2 * rows) + (total > 0 ? square / (2 * total) : 1 / (2 * rows)));
}

/** Fits each of `count` drawn subsets and keeps the one of least full cost: what choosing by full cost is worth alone. */
export function bestOf<Q>(
  count: number,
  draw: (random: Random) => WeightedSubset,
  X: Matrix,
  y: Float64Array | null,
  problem: Problem<Q>,
  random: Random,
): { subset: WeightedSubset; model: Q; cost: number; first: number } {
  let best: { subset: WeightedSubset; model: Q; cost: number } | undefined;
  let first = Number.NaN;
  for (let t = 0; t < count; t++) {
    const subset = draw(random.fork(`draw ${t}`));
    const picked = y ? takeValues(y, subset.indices) : null;
    const model = problem.fit(pickRows(X, subset.indices), picked, subset.weights, random.fork(`fit ${t}`));
    const cost = totalCost(problem.loss(X, y, model));
    if (t === 0) first = cost;
    if (!best || cost < best.cost) best = { subset, model, cost };
  }
  if (!best) throw new RangeError("at least one subset has to be drawn");
  return { ...best, first };
}
