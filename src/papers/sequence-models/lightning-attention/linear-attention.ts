import {
  attentionShape,
  checkGradient,
  decayPowers,
  decayRates,
  eachSequence,
  type NdArray,
  negligible,
  part,
  startState,
  zerosLike,
} from "./attention-shapes.ts";
import type { Decay, LightningOptions } from "./lightning-attention.ts";
import { recur, recurPlain } from "./state-recurrence.ts";
import { Work } from "./work.ts";

export interface QuadraticOptions {
  /** Rows and columns of a tile. */
  queryBlock?: number;
  keyBlock?: number;
  /** Filled with the exact cost. */
  work?: Work;
}

/**
 * The quadratic form $O = ((QK^\top)\odot M)V$ with $M_{tj} = \lambda^{t-j}$ for $j \le t$: what Lightning Attention computes,
 * without a state. It goes by tiles, as {@link softmaxAttention} does, so that nothing of size n² is kept, and leaves out the
 * tiles above the diagonal; the work still grows with n².
 */
export function linearAttentionQuadratic(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  decay: Decay,
  { queryBlock = 128, keyBlock = 256, work = new Work() }: QuadraticOptions = {},
): { out: NdArray } {
  const shape = attentionShape(q, k, v);
  const { n, d, e, heads, leading } = shape;
  const [B, C] = [Math.min(queryBlock, n), Math.min(keyBlock, n)];
  const rates = decayRates(decay, heads);
  const powers = Array.from(rates, (rate) => decayPowers(rate, C));
  const out = { data: new Float32Array(v.data.length), shape: [...leading, n, e] };
  const scores = work.floats(B * C);
  const delta = work.floats(B * e);
  eachSequence(shape, (s, head) => {
    const [queries, keys] = [part(q.data, s, n * d), part(k.data, s, n * d)];
    const [values, result] = [part(v.data, s, n * e), part(out.data, s, n * e)];
    const [rate, lambda] = [rates[head] as number, powers[head] as Float64Array]; // one per head
    for (let start = 0; start < n; start += B) {
      const b = Math.min(B, n - start);
      const rows = queries.subarray(start * d, (start + b) * d);
      const target = result.subarray(start * e, (start + b) * e);
      for (let from = 0; from < start + b; from += C) {
        const width = Math.min(C, start + b - from);
        work.product(scores, rows, keys.subarray(from * d, (from + width) * d), b, width, d, { transposeB: true });
        for (let r = 0; r < b; r++) {
          const row = r * width;
          const count = Math.max(0, Math.min(width, start + r + 1 - from));
          const nearest = Math.exp(-rate * (start + r - from - count + 1)); // decay of the last column
          for (let c = 0; c < count; c++) {
            const weight = nearest * (lambda[count - 1 - c] as number);
            scores[row + c] = weight < negligible ? 0 : weight * (scores[row + c] as number);
          }
          scores.fill(0, row + count, row + width);
        }
        work.product(delta, scores, values.subarray(from * e, (from + width) * e), b, e, width);
        for (let i = 0; i < b * e; i++) target[i] = (target[i] as number) + (delta[i] as number);
      }
    }
  });
  return { out };
}

/** Output row `t` of the quadratic form for one sequence, summed in double precision: the reference for exactness. */
export function linearAttentionRow(
  q: Float32Array,
  k: Float32Array,
  v: Float32Array,
  { d, e, rate }: { d: number; e: number; rate: number },
  t: number,
): Float64Array {
  const row = new Float64Array(e);
  for (let j = 0; j <= t; j++) {
    let score = 0;
    for (let i = 0; i < d; i++) score += (q[t * d + i] as number) * (k[j * d + i] as number);
    const weight = score * Math.exp(-rate * (t - j));
    for (let i = 0; i < e; i++) row[i] = (row[i] as number) + weight * (v[j * e + i] as number);
  }
  return row;
}

export interface RecurrentOptions extends Omit<LightningOptions, "blockSize"> {
  /** Plain loops, without vector instructions. */
  plain?: boolean;
}

/**
 * The recurrence $S \leftarrow \lambda S + k_t^\top v_t$, $o_t = q_t S$, one token after the other: 2de multiply-adds and de
 * multiplications a token, the least of all forms, none of them in a matrix product.
 */
export function linearAttentionRecurrent(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  decay: Decay,
  { state: given, plain = false, work = new Work() }: RecurrentOptions = {},
): { out: NdArray; state: NdArray } {
  const shape = attentionShape(q, k, v);
  const { n, d, e, heads, leading } = shape;
  const rates = decayRates(decay, heads);
  const state = startState(shape, given);
  const out = { data: new Float32Array(v.data.length), shape: [...leading, n, e] };
  const step = plain ? recurPlain : recur;
  eachSequence(shape, (s, head) => {
    const [queries, keys] = [part(q.data, s, n * d), part(k.data, s, n * d)];
    const sizes = { n, d, e, lambda: Math.exp(-(rates[head] as number)) };
    const [values, result] = [part(v.data, s, n * e), part(out.data, s, n * e)];
    step(result, queries, keys, values, part(state.data, s, d * e), sizes, work);
  });
  return { out, state };
}

/** Gradients of {@link linearAttentionRecurrent} from a zero state, by three recurrences in the roles of the backward pass. */
export function linearAttentionRecurrentBackward(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  dOut: NdArray,
  decay: Decay,
  { work = new Work() }: Pick<RecurrentOptions, "work"> = {},
): { dq: NdArray; dk: NdArray; dv: NdArray } {
  const shape = attentionShape(q, k, v);
  checkGradient(shape, dOut);
  const { n, d, e, heads } = shape;
  const rates = decayRates(decay, heads);
  const [dq, dk, dv] = [zerosLike(q), zerosLike(k), zerosLike(v)];
  const state = work.floats(d * e);
  eachSequence(shape, (s, head) => {
    const [queries, keys] = [part(q.data, s, n * d), part(k.data, s, n * d)];
    const [values, gradient] = [part(v.data, s, n * e), part(dOut.data, s, n * e)];
    const lambda = Math.exp(-(rates[head] as number));
    recur(part(dq.data, s, n * d), gradient, values, keys, state.fill(0), { n, d: e, e: d, lambda }, work);
    const back = { n, d: e, e: d, lambda, reversed: true };
    recur(part(dk.data, s, n * d), values, gradient, queries, state.fill(0), back, work);
    recur(part(dv.data, s, n * e), keys, queries, gradient, state.fill(0), { ...back, d, e }, work);
  });
  return { dq, dk, dv };
}

/**
 * The cumulative-sum form that array libraries invite: first all n running states, n·d·e numbers, then all outputs. It is
 * the form whose memory traffic the blocks avoid. Plain loops.
 */
export function linearAttentionCumulative(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  decay: Decay,
  { work = new Work() }: Pick<LightningOptions, "work"> = {},
): { out: NdArray } {
  const shape = attentionShape(q, k, v);
  const { n, d, e, heads, leading } = shape;
  const rates = decayRates(decay, heads);
  const out = { data: new Float32Array(v.data.length), shape: [...leading, n, e] };
  const states = work.floats(n * d * e);
  eachSequence(shape, (s, head) => {
    const lambda = Math.exp(-(rates[head] as number));
    for (let t = 0, at = 0; t < n; t++) {
      for (let i = 0; i < d; i++) {
        const key = k.data[(s * n + t) * d + i] as number;
        for (let j = (s * n + t) * e; j < (s * n + t + 1) * e; j++, at++) {
          const before = t > 0 ? (states[at - d * e] as number) : 0;
          states[at] = lambda * before + key * (v.data[j] as number);
        }
      }
    }
    for (let t = 0, at = 0; t < n; t++) {
      for (let i = 0; i < d; i++) {
        const query = q.data[(s * n + t) * d + i] as number;
        for (let j = (s * n + t) * e; j < (s * n + t + 1) * e; j++, at++) {
          out.data[j] = (out.data[j] as number) + query * (states[at] as number);
        }
      }
    }
    work.kernel(n * 2 * d * e, 0);
  });
  return { out };
}
