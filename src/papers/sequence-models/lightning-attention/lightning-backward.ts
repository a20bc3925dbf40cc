import {
  attentionShape,
  checkGradient,
  decayPowers,
  decayRates,
  eachSequence,
  type NdArray,
  part,
  startState,
  zerosLike,
} from "./attention-shapes.ts";
import { blockPass } from "./block-attention.ts";
import { checkedBlockSize, type Decay, type LightningOptions, type lightningAttention } from "./lightning-attention.ts";
import { Work } from "./work.ts";

/**
 * Gradients of {@link lightningAttention} given $G = \partial L/\partial O$, shaped like its output.
 *
 * Each of them is a Lightning Attention again, in other roles (compare Algorithm 2 of arXiv 2401.04658):
 * $$dQ = ((GV^\top)\odot M)\,K,\qquad dK = ((GV^\top)\odot M)^\top Q,\qquad dV = ((QK^\top)\odot M)^\top G ,$$
 * so dQ attends left to right with (G, V, K) for (Q, K, V), and dK and dV right to left with (V, G, Q) and (K, Q, G). Three
 * passes of the same inner loop, the same bounds on work and memory; the decay is fixed and has no gradient.
 */
export function lightningAttentionBackward(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  dOut: NdArray,
  decay: Decay,
  { blockSize = 64, state: given, work = new Work() }: LightningOptions = {},
): { dq: NdArray; dk: NdArray; dv: NdArray } {
  const shape = attentionShape(q, k, v);
  checkGradient(shape, dOut);
  const { n, d, e, heads } = shape;
  const B = Math.min(checkedBlockSize(blockSize), n);
  const powers = Array.from(decayRates(decay, heads), (rate) => decayPowers(rate, B));
  const start = startState(shape, given);
  const [dq, dk, dv] = [zerosLike(q), zerosLike(k), zerosLike(v)];
  const forQueries = blockPass({ n, d: e, e: d, blockSize: B }, work);
  const forKeys = blockPass({ n, d: e, e: d, blockSize: B }, work, true);
  const forValues = blockPass({ n, d, e, blockSize: B }, work, true);
  const carried = work.floats(d * e);
  eachSequence(shape, (s, head) => {
    const [queries, keys] = [part(q.data, s, n * d), part(k.data, s, n * d)];
    const [values, gradient] = [part(v.data, s, n * e), part(dOut.data, s, n * e)];
    const lambda = powers[head] as Float64Array;
    transpose(carried, part(start.data, s, d * e), d, e);
    forQueries(part(dq.data, s, n * d), gradient, values, keys, carried, lambda);
    carried.fill(0);
    forKeys(part(dk.data, s, n * d), values, gradient, queries, carried, lambda);
    carried.fill(0);
    forValues(part(dv.data, s, n * e), keys, queries, gradient, carried, lambda);
  });
  return { dq, dk, dv };
}

/** The e × d transpose of a d × e matrix. */
function transpose(out: Float32Array, matrix: Float32Array, d: number, e: number): void {
  for (let i = 0; i < d; i++) for (let j = 0; j < e; j++) out[j * d + i] = matrix[i * e + j] as number;
}
