import { takeValues } from "../weighted-sample.ts";
import { type Matrix, pickRows } from "./problem.ts";

/** Consecutive rows of a stream. */
export interface Chunk {
  X: Matrix;
  y: Float64Array | null;
  /** Number of the first row in the stream, from 0. */
  first: number;
}

/** Rows with weights and their numbers in the stream. */
export interface WeightedRows {
  X: Matrix;
  y: Float64Array | null;
  weights: Float64Array;
  rows: Float64Array;
}

/** All rows of both, the first ones first. */
export function concatenate(a: WeightedRows, b: WeightedRows): WeightedRows {
  const join = (left: Float64Array, right: Float64Array): Float64Array => {
    const out = new Float64Array(left.length + right.length);
    out.set(left);
    out.set(right, left.length);
    return out;
  };
  return {
    X: { data: join(a.X.data, b.X.data), rows: a.X.rows + b.X.rows, columns: a.X.columns },
    y: a.y && b.y ? join(a.y, b.y) : null,
    weights: join(a.weights, b.weights),
    rows: join(a.rows, b.rows),
  };
}

/** The rows at these positions with new weights, copied. */
export function pickWeighted(from: WeightedRows, indices: ArrayLike<number>, weights: Float64Array): WeightedRows {
  return {
    X: pickRows(from.X, indices),
    y: from.y ? takeValues(from.y, indices) : null,
    weights,
    rows: takeValues(from.rows, indices),
  };
}
