import { BadInput } from "../errors.ts";

/** An array of 32-bit floats with a shape; row-major, `data.length` is the product of `shape`. */
export interface Tensor {
  data: Float32Array;
  shape: number[];
}

/** The parameters of a model by name; also its gradients, its Fisher information, a task vector. */
export type ParamTree = Record<string, Tensor>;

/** Number of elements of a shape; 1 for a scalar. */
export function elementCount(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Number of parameters in a tree. */
export function parameterCount(tree: ParamTree): number {
  return Object.values(tree).reduce((sum, tensor) => sum + tensor.data.length, 0);
}

/** A tree of the same names and shapes; `make` gives each tensor's data from its own. */
export function mapTree(tree: ParamTree, make: (data: Float32Array, name: string) => Float32Array): ParamTree {
  return Object.fromEntries(
    Object.entries(tree).map(([name, { data, shape }]) => [name, { data: make(data, name), shape: [...shape] }]),
  );
}

/** A copy that shares nothing with the original. */
export function cloneTree(tree: ParamTree): ParamTree {
  return mapTree(tree, (data) => data.slice());
}

/** A tree of the same shape filled with `value`. */
export function filledTree(tree: ParamTree, value = 0): ParamTree {
  return mapTree(tree, (data) => new Float32Array(data.length).fill(value));
}

/** The tensor of a name; an unknown one is refused by name. */
export function tensorOf(tree: ParamTree, name: string): Tensor {
  const tensor = Object.hasOwn(tree, name) ? tree[name] : undefined;
  if (!tensor) throw new BadInput(`there is no tensor "${name}"`);
  return tensor;
}

/** Euclidean norm over all parameters jointly, summed in double precision. */
export function treeNorm(tree: ParamTree): number {
  let sum = 0;
  for (const { data } of Object.values(tree)) {
    for (let i = 0; i < data.length; i++) sum += (data[i] as number) ** 2;
  }
  return Math.sqrt(sum);
}

/** $\sum_i w_i T_i$ over trees of the same names and shapes, summed in double precision. */
export function combineTrees(trees: readonly ParamTree[], weights: readonly number[]): ParamTree {
  checkSameTrees(trees);
  const first = trees[0];
  if (!first) throw new BadInput("there is no tree to combine");
  return mapTree(first, (data, name) => {
    const sum = new Float64Array(data.length);
    for (const [i, tree] of trees.entries()) {
      const weight = weights[i] ?? 0;
      const other = tensorOf(tree, name).data;
      for (let j = 0; j < sum.length; j++) sum[j] = (sum[j] as number) + weight * (other[j] as number);
    }
    return new Float32Array(sum);
  });
}

/**
 * Refuses trees that differ from the first in names or shapes, naming the tensor; `labels` name the trees in the message.
 */
export function checkSameTrees(trees: readonly ParamTree[], labels: readonly string[] = []): void {
  const [first, ...others] = trees;
  if (!first) return;
  const label = (i: number): string => labels[i] ?? `model ${i + 1}`;
  for (const [name, { data, shape }] of Object.entries(first)) {
    if (data.length !== elementCount(shape)) {
      throw new BadInput(`the shape [${shape}] does not fit ${data.length} values`, {
        where: `${label(0)}, tensor "${name}"`,
      });
    }
  }
  for (const [i, other] of others.entries()) {
    for (const [name, { shape }] of Object.entries(first)) {
      const theirs = Object.hasOwn(other, name) ? other[name] : undefined;
      if (!theirs) throw new BadInput(`${label(i + 1)} has no tensor "${name}", which ${label(0)} has`);
      const same = theirs.shape.length === shape.length && theirs.shape.every((size, axis) => size === shape[axis]);
      if (!same || theirs.data.length !== elementCount(shape)) {
        throw new BadInput(
          `the shape is [${theirs.shape}] (${theirs.data.length} values) and ${label(0)} has [${shape}]`,
          { where: `${label(i + 1)}, tensor "${name}"` },
        );
      }
    }
    const extra = Object.keys(other).find((name) => !Object.hasOwn(first, name));
    if (extra !== undefined) throw new BadInput(`${label(i + 1)} has the tensor "${extra}", which ${label(0)} lacks`);
  }
}
