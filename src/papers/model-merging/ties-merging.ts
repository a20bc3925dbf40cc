import { BadInput } from "../../kit/errors.ts";
import { checkSameTrees, mapTree, type ParamTree, parameterCount, tensorOf } from "../../kit/nets/tree.ts";
import { checkTaskVectors } from "./task-vectors.ts";

export interface TiesOptions {
  /** Share of each task vector that is kept, 0 < keep ≤ 1. */
  keep?: number;
}

const magnitudeBits = 0x7fffffff;
const infinityBits = 0x7f800000;
const lowBits = 15;
const lowMask = (1 << lowBits) - 1;

/** Without its sign, the bit pattern of a finite float grows with its magnitude. */
function patternsOf(data: Float32Array): Uint32Array {
  return new Uint32Array(data.buffer, data.byteOffset, data.length);
}

/** Walks down a histogram to the bin of the `count`-th largest entry; `left` of that bin's entries belong to the largest. */
function walkDown(histogram: Uint32Array, count: number): { bin: number; left: number } {
  let [bin, left] = [histogram.length - 1, count];
  while (bin > 0 && (histogram[bin] as number) < left) left -= histogram[bin--] as number;
  return { bin, left };
}

/** The `count`-th largest magnitude of a tree as a bit pattern, and how many entries of just that magnitude to keep. */
function magnitudeCut(tree: ParamTree, count: number, label: string): { cut: number; ties: number } {
  const high = new Uint32Array(1 << (31 - lowBits));
  for (const [name, { data }] of Object.entries(tree)) {
    const patterns = patternsOf(data);
    for (let i = 0; i < patterns.length; i++) {
      const bits = (patterns[i] as number) & magnitudeBits;
      if (bits >= infinityBits) {
        throw new BadInput(`element ${i} is ${data[i]}, not a finite number`, { where: `${label}, tensor "${name}"` });
      }
      const bin = bits >>> lowBits;
      high[bin] = (high[bin] as number) + 1;
    }
  }
  const coarse = walkDown(high, count);
  const low = new Uint32Array(1 << lowBits);
  for (const { data } of Object.values(tree)) {
    const patterns = patternsOf(data);
    for (let i = 0; i < patterns.length; i++) {
      const bits = (patterns[i] as number) & magnitudeBits;
      if (bits >>> lowBits === coarse.bin) low[bits & lowMask] = (low[bits & lowMask] as number) + 1;
    }
  }
  const fine = walkDown(low, coarse.left);
  return { cut: (coarse.bin << lowBits) | fine.bin, ties: fine.left };
}

/**
 * Keeps the $\lceil \text{keep}\cdot P\rceil$ entries of largest magnitude of all $P$ in the tree, tensors taken together, and
 * zeroes the others; of equal magnitudes the first ones stay. Two linear passes, no sorting.
 */
export function trimTaskVector(vector: ParamTree, keep = 0.2, label = "the task vector"): ParamTree {
  if (!(keep > 0 && keep <= 1)) throw new BadInput(`the share to keep is ${keep}; above 0 and at most 1 is wanted`);
  // Without the slack, 0.2 · 15 = 3.0000000000000004 would keep four.
  const count = Math.ceil(keep * parameterCount(vector) - 1e-9);
  let { cut, ties } = magnitudeCut(vector, count, label);
  return mapTree(vector, (data) => {
    const patterns = patternsOf(data);
    return data.map((value, i) => {
      const bits = (patterns[i] as number) & magnitudeBits;
      if (bits > cut) return value;
      return bits === cut && ties-- > 0 ? value : 0;
    });
  });
}

/**
 * The sign that most of the mass has, coordinate by coordinate: the sign of the sum over tasks. Where the sum is exactly 0
 * the sign of the majority of coordinates decides; where that is balanced too, plus.
 */
function electSigns(trimmed: readonly ParamTree[]): ParamTree {
  let balance = 0;
  const signs = mapTree(trimmed[0] as ParamTree, (data, name) => {
    const sum = new Float64Array(data.length);
    for (const tree of trimmed) {
      const other = tensorOf(tree, name).data;
      for (let i = 0; i < sum.length; i++) sum[i] = (sum[i] as number) + (other[i] as number);
    }
    return Float32Array.from(sum, (value) => {
      const sign = Math.sign(value);
      balance += sign;
      return sign;
    });
  });
  const majority = balance < 0 ? -1 : 1;
  return mapTree(signs, (data) => data.map((sign) => sign || majority));
}

/**
 * The preparation of TIES-merging (Yadav et al., 2023), without its mean: each task vector keeps its largest entries
 * ({@link trimTaskVector}), a sign is elected for every coordinate, and entries of the other sign become 0. The vectors stay
 * apart, so that each can still have a coefficient of its own (AdaMerging++).
 */
export function tiesFilter(vectors: readonly ParamTree[], { keep = 0.2 }: TiesOptions = {}): ParamTree[] {
  if (vectors.length === 0) throw new BadInput("there are no task vectors to merge");
  const label = (k: number): string => `task vector ${k + 1}`;
  checkSameTrees(
    vectors,
    vectors.map((_, k) => label(k)),
  );
  const trimmed = vectors.map((vector, k) => trimTaskVector(vector, keep, label(k)));
  const signs = electSigns(trimmed);
  return trimmed.map((tree) =>
    mapTree(tree, (data, name) => {
      const elected = tensorOf(signs, name).data;
      return data.map((value, i) => (value * (elected[i] as number) > 0 ? value : 0));
    }),
  );
}

export interface TiesMergeOptions extends TiesOptions {
  /** Factor of the merged task vector. */
  scale?: number;
  /** What becomes of the entries that agree: their mean, as in the paper, or their sum. */
  combine?: "mean" | "sum";
}

/**
 * TIES-merging (Yadav et al., 2023): trim, elect signs, and add the mean of the entries that are left over the tasks that
 * have one, $\theta_0 + s\cdot\frac{\sum_k \hat\tau_k}{\#\{k : \hat\tau_k \ne 0\}}$, coordinate by coordinate.
 */
export function tiesMerge(
  pretrained: ParamTree,
  vectors: readonly ParamTree[],
  { scale = 1, ...options }: TiesMergeOptions = {},
): ParamTree {
  checkTaskVectors(pretrained, vectors);
  const merged = tiesVector(vectors, options);
  return mapTree(pretrained, (data, name) => {
    const tau = tensorOf(merged, name).data;
    return data.map((value, i) => value + scale * (tau[i] as number));
  });
}

/** The one task vector that {@link tiesMerge} adds, before its scale. */
export function tiesVector(
  vectors: readonly ParamTree[],
  { combine = "mean", ...options }: Omit<TiesMergeOptions, "scale"> = {},
): ParamTree {
  const filtered = tiesFilter(vectors, options);
  return mapTree(filtered[0] as ParamTree, (data, name) => {
    const parts = filtered.map((tree) => tensorOf(tree, name).data);
    return data.map((_, i) => {
      let [sum, count] = [0, 0];
      for (const part of parts) {
        const value = part[i] as number;
        sum += value;
        if (value !== 0) count += 1;
      }
      return combine === "mean" && count > 0 ? sum / count : sum;
    });
  });
}
