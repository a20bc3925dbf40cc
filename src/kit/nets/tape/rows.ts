import type { ParamTree } from "../tree.ts";
import type { Tape } from "./tape.ts";

/**
 * A dense matrix of 32-bit floats, row after row: a batch of vectors, a weight matrix, or a scalar (1 × 1).
 * On a {@link Tape} it also carries the gradient of the loss.
 */
export interface Rows {
  readonly rows: number;
  readonly width: number;
  /** Row-major, `rows · width` long. */
  readonly data: Float32Array;
  /** $\partial\,\mathrm{loss}/\partial\,\mathrm{data}$ after `tape.backward`; only on a tape. */
  readonly grad?: Float32Array;
  readonly tape?: Tape;
}

/** Parameters of a net: rows in nested lists and records. */
export type RowsTree = Rows | readonly RowsTree[] | { readonly [name: string]: RowsTree };

/** Wraps row-major values; throws when their number is not rows × width. */
export function rowsOf(rows: number, width: number, values: ArrayLike<number>): Rows {
  if (values.length !== rows * width) {
    throw new RangeError(`${rows} rows of width ${width} need ${rows * width} values, there are ${values.length}`);
  }
  return { rows, width, data: values instanceof Float32Array ? values : Float32Array.from(values) };
}

/** A matrix of zeros. */
export function zeros(rows: number, width: number): Rows {
  return { rows, width, data: new Float32Array(rows * width) };
}

/** Row `i` as a view. */
export function rowAt(x: Rows, i: number): Float32Array {
  return x.data.subarray(i * x.width, (i + 1) * x.width);
}

function isRows(tree: RowsTree): tree is Rows {
  return "data" in tree && tree.data instanceof Float32Array;
}

/** The same tree with every matrix replaced. */
export function mapRows<T extends RowsTree>(tree: T, change: (leaf: Rows, path: string) => Rows, path = ""): T {
  if (isRows(tree)) return change(tree, path) as T; // a leaf maps to a leaf
  const at = (name: string | number) => (path === "" ? String(name) : `${path}.${name}`);
  if (Array.isArray(tree)) return tree.map((part: RowsTree, i) => mapRows(part, change, at(i))) as unknown as T;
  const parts = Object.entries(tree).map(([name, part]) => [name, mapRows(part as RowsTree, change, at(name))]);
  return Object.fromEntries(parts) as T;
}

/** All matrices of a tree in the order of its keys. */
export function leavesOf(tree: RowsTree): Rows[] {
  const leaves: Rows[] = [];
  mapRows(tree, (leaf) => {
    leaves.push(leaf);
    return leaf;
  });
  return leaves;
}

/** A tree as named tensors, `path.to.leaf` each, sharing its values (or its gradients): what optimisers and files take. */
export function paramTree(tree: RowsTree, part: "data" | "grad" = "data"): ParamTree {
  const named: ParamTree = {};
  mapRows(tree, (leaf, path) => {
    const data = leaf[part];
    if (!data) throw new RangeError(`${path} has no gradient: it is not on a tape`);
    named[path] = { data, shape: [leaf.rows, leaf.width] };
    return leaf;
  });
  return named;
}

/** A copy of a tree that shares nothing with it, off any tape. */
export function copyRows<T extends RowsTree>(tree: T): T {
  return mapRows(tree, ({ rows, width, data }) => ({ rows, width, data: data.slice() }));
}
