import type { Random } from "../../../kit/random.ts";

/** Rows of numbers, row-major. */
export interface Matrix {
  data: Float64Array;
  rows: number;
  columns: number;
}

/**
 * All that AutoCoreset asks of a training objective $F(\theta) = \sum_i u_i f_i(\theta)$: the loss of each point, and a solver. A
 * regulariser is part of the points' losses, each carrying its share, so that a weighted subset keeps its balance.
 */
export interface Problem<Q> {
  /** $f_i(\theta) \ge 0$ of every row, without weights. */
  loss(X: Matrix, y: Float64Array | null, query: Q): Float64Array;
  /** A minimiser of $\sum_i w_i f_i(\theta)$. */
  fit(X: Matrix, y: Float64Array | null, w: Float64Array, random: Random): Q;
  /** Targets are classes, which a subset must all contain. */
  classes?: boolean;
}

/** The rows at these positions, copied. */
export function pickRows({ data, columns }: Matrix, indices: ArrayLike<number>): Matrix {
  const picked = new Float64Array(indices.length * columns);
  for (let j = 0; j < indices.length; j++) {
    const from = (indices[j] as number) * columns;
    picked.set(data.subarray(from, from + columns), j * columns);
  }
  return { data: picked, rows: indices.length, columns };
}

/** $\sum_i u_i f_i$; all $u_i = 1$ unless given. Losses that are negative or no numbers are refused by row. */
export function totalCost(losses: Float64Array, weights?: ArrayLike<number> | null): number {
  let sum = 0;
  for (let i = 0; i < losses.length; i++) {
    const loss = losses[i] as number;
    if (!(loss >= 0 && loss < Number.POSITIVE_INFINITY))
      throw new RangeError(`the loss of row ${i} is ${loss}, and must be a finite number from 0 on`);
    sum += weights ? (weights[i] as number) * loss : loss;
  }
  return sum;
}

/** Excess of a cost over the least one, $\varepsilon = F(\theta_C)/F(\theta^\star) - 1$; 0 when both are 0. */
export function approximationError(fullCost: number, optimalCost: number): number {
  return fullCost === optimalCost ? 0 : fullCost / optimalCost - 1;
}

/** Two distinct values as −1 (the smaller) and 1. Throws RangeError, naming what it met, for any other number of values. */
export function signLabels(values: ArrayLike<number>): Float64Array {
  const distinct = new Set<number>();
  for (let i = 0; i < values.length && distinct.size < 3; i++) distinct.add(values[i] as number);
  if (distinct.size !== 2)
    throw new RangeError(
      `a binary problem needs two classes, and there ${distinct.size === 1 ? "is one" : "are more"}: ${[...distinct].join(", ")}`,
    );
  const upper = Math.max(...distinct);
  return Float64Array.from(values, (value) => (value === upper ? 1 : -1));
}

/** Throws RangeError unless there is a target for every row, ±1 each. */
export function needSigns(X: Matrix, y: Float64Array | null): Float64Array {
  if (!y || y.length !== X.rows) throw new RangeError(`${y?.length ?? 0} labels for ${X.rows} rows`);
  for (let i = 0; i < y.length; i++)
    if (y[i] !== 1 && y[i] !== -1)
      throw new RangeError(
        `the label of row ${i} is ${y[i]}, and must be 1 or -1; signLabels maps two classes to them`,
      );
  return y;
}
