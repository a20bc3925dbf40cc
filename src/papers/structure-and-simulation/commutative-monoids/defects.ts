import { meanSquaredLength } from "../../../kit/nets/tape/losses.ts";
import { combine, take } from "../../../kit/nets/tape/ops.ts";
import type { Rows } from "../../../kit/nets/tape/rows.ts";
import type { RowsOperator } from "./tree.ts";

/** Three batches of the same shape; row i of each makes a triple (x, y, z). */
export type Triples = readonly [x: Rows, y: Rows, z: Rows];

/** Two batches of the same shape; row i of each makes a pair (x, y). */
export type Pairs = readonly [x: Rows, y: Rows];

const value = (scalar: Rows): number => scalar.data[0] ?? 0;

/** The mean of $\lVert (x \oplus y) \oplus z - x \oplus (y \oplus z) \rVert^2$ as a differentiable scalar. */
export function associativityPenalty(op: RowsOperator, [x, y, z]: Triples): Rows {
  return meanSquaredLength(combine(op(op(x, y), z), op(x, op(y, z)), 1, -1));
}

/** How far an operator is from associative: the mean of $\lVert (x \oplus y) \oplus z - x \oplus (y \oplus z) \rVert^2$ over triples. */
export function associativityDefect(op: RowsOperator, triples: Triples): number {
  return value(associativityPenalty(op, triples));
}

/** How far an operator is from commutative: the mean of $\lVert x \oplus y - y \oplus x \rVert^2$ over pairs. */
export function commutativityDefect(op: RowsOperator, [x, y]: Pairs): number {
  return value(meanSquaredLength(combine(op(x, y), op(y, x), 1, -1)));
}

/** The mean of $\lVert e \oplus x - x \rVert^2$ as a differentiable scalar; e is one row. */
export function identityPenalty(op: RowsOperator, e: Rows, items: Rows): Rows {
  return meanSquaredLength(combine(op(take(e, new Int32Array(items.rows)), items), items, 1, -1));
}

/** How far the row e is from an identity of the operator: the mean of $\lVert e \oplus x - x \rVert^2$ over items. */
export function identityDefect(op: RowsOperator, e: Rows, items: Rows): number {
  return value(identityPenalty(op, e, items));
}
