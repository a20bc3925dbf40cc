import type { Random } from "../../../kit/random.ts";
import type { NdArray } from "./attention-shapes.ts";
import { lightningAttention } from "./lightning-attention.ts";
import { linearAttentionRow } from "./linear-attention.ts";
import { randomArray } from "./random-array.ts";

/** Rows of the double-precision reference that are computed for one sequence. */
const rowsChecked = 48;

/** Queries, keys and values of one sequence, [n, d] each. */
export type Sequence = readonly [NdArray, NdArray, NdArray];

/** A random sequence. */
export function randomSequence(random: Random, n: number, width: number): Sequence {
  const draw = () => randomArray(random, [n, width]);
  return [draw(), draw(), draw()];
}

/**
 * Largest error of Lightning Attention over the first n tokens of a sequence, against the quadratic form in double
 * precision: per row the largest difference divided by the row's largest entry, over rows spread evenly from first to last.
 */
export function largestError(sequence: Sequence, n: number, rate: number, blockSize: number): number {
  const width = sequence[0].shape[1] ?? 0;
  const [q, k, v] = sequence.map(({ data }) => ({ data: data.subarray(0, n * width), shape: [n, width] })) as [
    NdArray,
    NdArray,
    NdArray,
  ];
  const { out } = lightningAttention(q, k, v, rate, { blockSize });
  const count = Math.min(rowsChecked, n);
  let worst = 0;
  for (let i = 0; i < count; i++) {
    const t = count === 1 ? 0 : Math.round((i * (n - 1)) / (count - 1));
    const row = linearAttentionRow(q.data, k.data, v.data, { d: width, e: width, rate }, t);
    let [difference, size] = [0, 0];
    for (let j = 0; j < width; j++) {
      difference = Math.max(difference, Math.abs((out.data[t * width + j] as number) - (row[j] as number)));
      size = Math.max(size, Math.abs(row[j] as number));
    }
    worst = Math.max(worst, difference / size);
  }
  return worst;
}
