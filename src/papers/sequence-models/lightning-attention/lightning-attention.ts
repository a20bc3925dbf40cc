import {
  attentionShape,
  decayPowers,
  decayRates,
  eachSequence,
  type NdArray,
  part,
  startState,
} from "./attention-shapes.ts";
import { blockPass } from "./block-attention.ts";
import { Work } from "./work.ts";

/** One decay rate $s \ge 0$ for all heads, or one a head; $\lambda = e^{-s}$. */
export type Decay = number | Float32Array | Float64Array;

export interface LightningOptions {
  /** Rows of a block; 64 by default. Results differ by rounding only. */
  blockSize?: number;
  /** State to go on from, [d, e] or [b, h, d, e]; zeros by default. It is not changed. */
  state?: NdArray;
  /** Filled with the exact cost. */
  work?: Work;
}

/** The block size, refused below 1. */
export function checkedBlockSize(blockSize: number): number {
  if (!(Number.isInteger(blockSize) && blockSize >= 1)) throw new RangeError(`the block size ${blockSize} is below 1`);
  return blockSize;
}

/**
 * Causal linear attention with exponential decay, by blocks (paper, section on Lightning Attention; Algorithm 1 of
 * arXiv 2401.04658): for every head
 * $$o_t = q_t \sum_{j \le t} \lambda^{t-j}\, k_j^\top v_j, \qquad O = \big((QK^\top)\odot M\big)V .$$
 * There is no softmax, no row sum and no $1/\sqrt d$: a normalisation after it sets the scale of the output.
 *
 * Inside a block of B rows the masked product is formed as it stands; between blocks only the state
 * $S = \sum_j \lambda^{t-j} k_j^\top v_j$ (d × e) passes. That is $O(nB(d+e) + nde)$ multiply-adds, all in dense products, and
 * $O(B^2 + de)$ memory besides inputs and outputs.
 *
 * q, k are [n, d] and v [n, e], or with batch and heads in front, [b, h, n, ·]. Returns the outputs and the state after the
 * last token; feeding that state to the next call continues the sequence. Throws a RangeError for shapes that do not fit,
 * an empty sequence, a block size below 1 or a decay that is negative or not finite. An infinite or NaN input spoils its
 * whole block, earlier rows included.
 */
export function lightningAttention(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  decay: Decay,
  { blockSize = 64, state: given, work = new Work() }: LightningOptions = {},
): { out: NdArray; state: NdArray } {
  const shape = attentionShape(q, k, v);
  const { n, d, e, heads, batch } = shape;
  const B = Math.min(checkedBlockSize(blockSize), n);
  const powers = Array.from(decayRates(decay, heads), (rate) => decayPowers(rate, B));
  const state = startState(shape, given);
  const out = { data: new Float32Array(batch * heads * n * e), shape: [...shape.leading, n, e] };
  const attend = blockPass({ n, d, e, blockSize: B }, work);
  eachSequence(shape, (s, head) => {
    attend(
      part(out.data, s, n * e),
      part(q.data, s, n * d),
      part(k.data, s, n * d),
      part(v.data, s, n * e),
      part(state.data, s, d * e),
      powers[head] as Float64Array, // one per head
    );
  });
  return { out, state };
}

/**
 * One token more, for decoding: $S \leftarrow \lambda S + k^\top v$, $o = qS$, in $O(de)$ whatever came before.
 * q, k are [d] and v [e] with the state [d, e], or [b, h, ·] with [b, h, d, e]. The given state is left as it was.
 */
export function lightningStep(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  state: NdArray,
  decay: Decay,
): { out: NdArray; state: NdArray } {
  const asRow = ({ data, shape }: NdArray): NdArray => ({ data, shape: [...shape.slice(0, -1), 1, shape.at(-1) ?? 0] });
  const shape = attentionShape(asRow(q), asRow(k), asRow(v));
  const { d, e, heads, leading } = shape;
  const rates = decayRates(decay, heads);
  const next = startState(shape, state);
  const out = { data: new Float32Array(v.data.length), shape: [...leading, e] };
  eachSequence(shape, (s, head) => {
    const lambda = Math.exp(-(rates[head] as number));
    const S = part(next.data, s, d * e);
    const o = part(out.data, s, e);
    for (let i = 0; i < d; i++) {
      const [key, query] = [k.data[s * d + i] as number, q.data[s * d + i] as number];
      for (let j = 0; j < e; j++) {
        const value = lambda * (S[i * e + j] as number) + key * (v.data[s * e + j] as number);
        S[i * e + j] = value;
        o[j] = (o[j] as number) + query * value;
      }
    }
  });
  return { out, state: next };
}
