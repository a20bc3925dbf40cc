import type { Work } from "./work.ts";

/** Sizes of one sequence and of the blocks it is cut into. */
export interface BlockSizes {
  n: number;
  d: number;
  e: number;
  blockSize: number;
}

/** Attends over one sequence, changing `state` (d × e) in place and writing `out` (n × e). */
export type BlockPass = (
  out: Float32Array,
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  state: Float32Array,
  powers: Float64Array,
) => void;

/**
 * The inner loop of Lightning Attention over one sequence, left to right, or right to left for gradients.
 *
 * With $[\,\cdot\,;\,\cdot\,]$ stacking matrices, block $i$ of $b$ rows is two products and an update of the state $S$:
 * $$O_i = \big[\operatorname{diag}(\lambda^{r+1})\,Q_i \;\big|\; (Q_iK_i^\top)\odot M\big]\,[\,S\,;\,V_i\,],\qquad
 *   S \leftarrow \lambda^b S + \big(\operatorname{diag}(\lambda^{b-1-r})K_i\big)^{\!\top} V_i ,$$
 * the part between blocks and the part inside the block in one go. $M_{rc} = \lambda^{r-c}$ for $c \le r$, else 0; a short
 * last block uses its own $b$. Right to left the rows of a block count from its other end.
 *
 * Buffers are allocated once, $(B + d)(B + e) + B^2 + Bd + de$ numbers, whatever n is.
 */
export function blockPass({ n, d, e, blockSize }: BlockSizes, work: Work, reversed = false): BlockPass {
  const B = Math.min(blockSize, n);
  const left = work.floats(B * (d + B));
  const right = work.floats((d + B) * e);
  const scores = work.floats(B * B);
  const keys = work.floats(B * d);
  const update = work.floats(d * e);

  /** Scaled queries beside masked scores. */
  function fillLeft(queries: Float32Array, b: number, powers: Float64Array): void {
    const width = d + b;
    for (let r = 0; r < b; r++) {
      const age = reversed ? b - 1 - r : r;
      const row = r * width;
      const factor = powers[age + 1] as number;
      for (let i = 0; i < d; i++) left[row + i] = factor * (queries[r * d + i] as number);
      left.fill(0, row + d, row + width);
      const [from, to, older] = reversed ? [r, b - 1, 1] : [0, r, -1];
      let distance = Math.abs(r - from);
      for (let c = from; c <= to; c++, distance += older) {
        left[row + d + c] = (powers[distance] as number) * (scores[r * b + c] as number);
      }
    }
  }

  /** Keys as the state takes them in: the oldest has decayed most. */
  function fillKeys(k: Float32Array, b: number, powers: Float64Array): void {
    for (let r = 0; r < b; r++) {
      const factor = powers[reversed ? r : b - 1 - r] as number;
      for (let i = r * d; i < (r + 1) * d; i++) keys[i] = factor * (k[i] as number);
    }
  }

  return (out, q, k, v, state, powers) => {
    right.set(state);
    for (let done = 0; done < n; done += B) {
      const b = Math.min(B, n - done);
      const start = reversed ? n - done - b : done;
      const [queries, theirKeys] = [q.subarray(start * d, (start + b) * d), k.subarray(start * d, (start + b) * d)];
      const values = v.subarray(start * e, (start + b) * e);
      work.product(scores, queries, theirKeys, b, b, d, { transposeB: true });
      fillLeft(queries, b, powers);
      right.set(values, d * e);
      work.product(out.subarray(start * e, (start + b) * e), left, right, b, e, d + b);
      fillKeys(theirKeys, b, powers);
      work.product(update, keys, values, d, e, b, { transposeA: true });
      const kept = powers[b] as number;
      for (let i = 0; i < d * e; i++) right[i] = kept * (right[i] as number) + (update[i] as number);
    }
    state.set(right.subarray(0, d * e));
  };
}
