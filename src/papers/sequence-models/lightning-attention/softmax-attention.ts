import {
  attentionShape,
  checkGradient,
  eachSequence,
  type NdArray,
  negligible,
  part,
  zerosLike,
} from "./attention-shapes.ts";
import { Work } from "./work.ts";

export interface SoftmaxOptions {
  /** Rows and columns of a tile. */
  queryBlock?: number;
  keyBlock?: number;
  work?: Work;
}

/** Sizes of one sequence and its tiles. */
interface Tiles {
  n: number;
  d: number;
  e: number;
  queryBlock: number;
  keyBlock: number;
}

const lowest = Math.log(negligible);
const halvings = Float64Array.from({ length: 160 }, (_, k) => 2 ** -k);

/**
 * $e^x$ for x ≤ 0 to ten digits, $2^{-k}e^r$ with $|r| \le \tfrac12\ln 2$ and a polynomial for the rest; 0 where it is negligible. The
 * weights of a row take most of the time between the products, and `Math.exp` is several times slower.
 */
export function expNegative(x: number): number {
  if (x < lowest) return 0;
  const k = (0.5 - x * Math.LOG2E) | 0;
  const r = x + k * Math.LN2;
  const tail = 1 / 120 + r * (1 / 720 + r * (1 / 5040 + r * (1 / 40320 + r / 362880)));
  return (1 + r * (1 + r * (1 / 2 + r * (1 / 6 + r * (1 / 24 + r * tail))))) * (halvings[k] as number);
}

/** Rows times $1/\sqrt d$. */
function scaleRows(out: Float32Array, rows: Float32Array, d: number): void {
  const scale = 1 / Math.sqrt(d);
  for (let i = 0; i < rows.length; i++) out[i] = scale * (rows[i] as number);
}

/** Adds a product to what has been summed up so far. */
function accumulate(sum: Float32Array, delta: Float32Array, length: number): void {
  for (let i = 0; i < length; i++) sum[i] = (sum[i] as number) + (delta[i] as number);
}

/**
 * Causal softmax attention $O = \operatorname{softmax}(QK^\top/\sqrt d)\,V$ by tiles with a running maximum and sum, the
 * strong baseline (FlashAttention-2 in outline): tiles above the diagonal are skipped and nothing of size n² is kept.
 * `logSumExp` holds the logarithm of every row's sum, for the backward pass.
 */
export function softmaxAttention(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  { queryBlock = 64, keyBlock = 256, work = new Work() }: SoftmaxOptions = {},
): { out: NdArray; logSumExp: Float32Array } {
  const shape = attentionShape(q, k, v);
  const { n, d, e, batch, heads, leading } = shape;
  const tiles = { n, d, e, queryBlock: Math.min(queryBlock, n), keyBlock: Math.min(keyBlock, n) };
  const out = { data: new Float32Array(v.data.length), shape: [...leading, n, e] };
  const logSumExp = new Float32Array(batch * heads * n);
  const attend = softmaxPass(tiles, work);
  eachSequence(shape, (s) => {
    const [queries, keys] = [part(q.data, s, n * d), part(k.data, s, n * d)];
    attend(part(out.data, s, n * e), part(logSumExp, s, n), queries, keys, part(v.data, s, n * e));
  });
  return { out, logSumExp };
}

function softmaxPass({ n, d, e, queryBlock, keyBlock }: Tiles, work: Work) {
  const queries = work.floats(queryBlock * d);
  const scores = work.floats(queryBlock * keyBlock);
  const delta = work.floats(queryBlock * e);
  const highest = work.floats(queryBlock);
  const total = work.floats(queryBlock);

  /** Turns a row of scores into weights against the running maximum; returns by how much earlier sums shrink. */
  function weigh(r: number, row: number, count: number, width: number): number {
    let top = highest[r] as number;
    for (let c = row; c < row + count; c++) if ((scores[c] as number) > top) top = scores[c] as number;
    const shrink = Math.exp((highest[r] as number) - top);
    let sum = 0;
    for (let c = row; c < row + count; c++) {
      const weight = expNegative((scores[c] as number) - top);
      scores[c] = weight;
      sum += weight;
    }
    scores.fill(0, row + count, row + width);
    highest[r] = top;
    total[r] = shrink * (total[r] as number) + sum;
    return shrink;
  }

  return (out: Float32Array, logSumExp: Float32Array, q: Float32Array, k: Float32Array, v: Float32Array): void => {
    for (let start = 0; start < n; start += queryBlock) {
      const b = Math.min(queryBlock, n - start);
      scaleRows(queries, q.subarray(start * d, (start + b) * d), d);
      highest.fill(Number.NEGATIVE_INFINITY);
      total.fill(0);
      const result = out.subarray(start * e, (start + b) * e);
      for (let from = 0; from < start + b; from += keyBlock) {
        const width = Math.min(keyBlock, start + b - from);
        work.product(scores, queries, k.subarray(from * d, (from + width) * d), b, width, d, { transposeB: true });
        for (let r = 0; r < b; r++) {
          const shrink = weigh(r, r * width, Math.max(0, Math.min(width, start + r + 1 - from)), width);
          if (shrink !== 1) {
            for (let j = r * e; j < (r + 1) * e; j++) result[j] = shrink * (result[j] as number);
          }
        }
        work.product(delta, scores, v.subarray(from * e, (from + width) * e), b, e, width);
        accumulate(result, delta, b * e);
      }
      for (let r = 0; r < b; r++) {
        const sum = total[r] as number;
        for (let j = r * e; j < (r + 1) * e; j++) result[j] = (result[j] as number) / sum;
        logSumExp[start + r] = (highest[r] as number) + Math.log(sum);
      }
    }
  };
}

/**
 * Gradients of {@link softmaxAttention}, tile by tile from the outputs and log-sums it returned; weights are recomputed.
 * With P the weights and $D_t = \sum_j O_{tj} G_{tj}$:
 * $dV = P^\top G$, $dA = P \odot (GV^\top - D)$, $dQ = dA\,K/\sqrt d$, $dK = dA^\top Q/\sqrt d$.
 */
export function softmaxAttentionBackward(
  q: NdArray,
  k: NdArray,
  v: NdArray,
  dOut: NdArray,
  { out, logSumExp }: { out: NdArray; logSumExp: Float32Array },
  { queryBlock = 64, keyBlock = 256, work = new Work() }: SoftmaxOptions = {},
): { dq: NdArray; dk: NdArray; dv: NdArray } {
  const shape = attentionShape(q, k, v);
  checkGradient(shape, dOut);
  checkGradient(shape, out);
  const { n, d, e } = shape;
  const [dq, dk, dv] = [zerosLike(q), zerosLike(k), zerosLike(v)];
  const tiles = { n, d, e, queryBlock: Math.min(queryBlock, n), keyBlock: Math.min(keyBlock, n) };
  const run = softmaxBackwardPass(tiles, work);
  eachSequence(shape, (s) => {
    const view = ({ data }: NdArray, width: number) => part(data, s, n * width);
    run(
      {
        q: view(q, d),
        k: view(k, d),
        v: view(v, e),
        g: view(dOut, e),
        o: view(out, e),
        logSumExp: part(logSumExp, s, n),
      },
      { q: view(dq, d), k: view(dk, d), v: view(dv, e) },
    );
  });
  return { dq, dk, dv };
}

type Sequence = Record<"q" | "k" | "v" | "g" | "o" | "logSumExp", Float32Array>;

function softmaxBackwardPass({ n, d, e, queryBlock, keyBlock }: Tiles, work: Work) {
  const queries = work.floats(queryBlock * d);
  const weights = work.floats(queryBlock * keyBlock);
  const slopes = work.floats(queryBlock * keyBlock);
  const delta = work.floats(Math.max(queryBlock, keyBlock) * Math.max(d, e));
  const inner = work.floats(queryBlock);
  const scale = 1 / Math.sqrt(d);

  return ({ q, k, v, g, o, logSumExp }: Sequence, grad: Record<"q" | "k" | "v", Float32Array>): void => {
    for (let start = 0; start < n; start += queryBlock) {
      const b = Math.min(queryBlock, n - start);
      const gradient = g.subarray(start * e, (start + b) * e);
      scaleRows(queries, q.subarray(start * d, (start + b) * d), d);
      for (let r = 0; r < b; r++) {
        let sum = 0;
        for (let j = (start + r) * e; j < (start + r + 1) * e; j++) sum += (o[j] as number) * (g[j] as number);
        inner[r] = sum;
      }
      const gradQueries = grad.q.subarray(start * d, (start + b) * d);
      for (let from = 0; from < start + b; from += keyBlock) {
        const width = Math.min(keyBlock, start + b - from);
        const keys = k.subarray(from * d, (from + width) * d);
        work.product(weights, queries, keys, b, width, d, { transposeB: true });
        work.product(slopes, gradient, v.subarray(from * e, (from + width) * e), b, width, e, { transposeB: true });
        for (let r = 0; r < b; r++) {
          const row = r * width;
          const count = Math.max(0, Math.min(width, start + r + 1 - from));
          const [log, mean] = [logSumExp[start + r] as number, inner[r] as number];
          for (let c = row; c < row + count; c++) {
            const weight = expNegative((weights[c] as number) - log);
            weights[c] = weight;
            slopes[c] = weight * ((slopes[c] as number) - mean);
          }
          weights.fill(0, row + count, row + width);
          slopes.fill(0, row + count, row + width);
        }
        work.product(delta, weights, gradient, width, e, b, { transposeA: true });
        accumulate(grad.v.subarray(from * e, (from + width) * e), delta, width * e);
        work.product(delta, slopes, queries, width, d, b, { transposeA: true }); // the queries carry the scale
        accumulate(grad.k.subarray(from * d, (from + width) * d), delta, width * d);
        work.product(delta, slopes, keys, b, d, width);
        for (let i = 0; i < b * d; i++) gradQueries[i] = (gradQueries[i] as number) + scale * (delta[i] as number);
      }
    }
  };
}
