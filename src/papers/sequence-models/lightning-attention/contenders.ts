import type { NdArray } from "./attention-shapes.ts";
import { lightningAttention } from "./lightning-attention.ts";
import { lightningAttentionBackward } from "./lightning-backward.ts";
import {
  linearAttentionCumulative,
  linearAttentionQuadratic,
  linearAttentionRecurrent,
  linearAttentionRecurrentBackward,
} from "./linear-attention.ts";
import { softmaxAttention, softmaxAttentionBackward } from "./softmax-attention.ts";
import type { Work } from "./work.ts";

/** Queries, keys, values and a gradient of the output, [batch, 1, n, d] each. */
export type Inputs = readonly [NdArray, NdArray, NdArray, NdArray];

/** One way to attend, as it is timed. */
export interface Contender {
  /** Which pass is timed: forward alone, or forward and backward. */
  pass: "forward" | "with backward";
  method: Method;
  /** Longest sequence it is timed on, as a share of all tokens, at quick and at full scale. */
  upTo: { quick: number; full: number };
  /** Share of the seconds a cell may use: 1 where the verdict rests on it. */
  weight: number;
  run(inputs: Inputs, work: Work): unknown;
}

export type Method =
  | "lightning"
  | "softmax"
  | "recurrence"
  | "recurrence, plain loops"
  | "cumulative sum, plain loops"
  | "quadratic";

export interface ContenderOptions {
  decay: number;
  blockSize: number;
  /** Ablation: the method without its blocks, that is in the quadratic form, forward only. */
  withoutBlocks?: boolean;
}

/** Tiles of softmax attention and of the quadratic form, tuned once over 64 to 128 rows and 64 to 512 columns at 512 and at 4096 tokens. */
const tiles = { queryBlock: 128, keyBlock: 256 };

/** All that are timed, the method first. */
export function contenders({ decay, blockSize, withoutBlocks = false }: ContenderOptions): Contender[] {
  const all = { quick: 1, full: 1 };
  const quadratic = ([q, k, v]: Inputs, work: Work) => linearAttentionQuadratic(q, k, v, decay, { ...tiles, work });
  const list: Contender[] = [
    {
      method: "lightning",
      pass: "forward",
      upTo: all,
      weight: 1,
      run: withoutBlocks ? quadratic : ([q, k, v], work) => lightningAttention(q, k, v, decay, { blockSize, work }),
    },
    {
      method: "lightning",
      pass: "with backward",
      upTo: all,
      weight: 1,
      run: ([q, k, v, g], work) => {
        lightningAttention(q, k, v, decay, { blockSize, work });
        return lightningAttentionBackward(q, k, v, g, decay, { blockSize, work });
      },
    },
    {
      method: "softmax",
      pass: "forward",
      upTo: all,
      weight: 1,
      run: ([q, k, v], work) => softmaxAttention(q, k, v, { ...tiles, work }),
    },
    {
      method: "softmax",
      pass: "with backward",
      upTo: { quick: 1 / 16, full: 1 },
      weight: 1,
      run: ([q, k, v, g], work) =>
        softmaxAttentionBackward(q, k, v, g, softmaxAttention(q, k, v, { ...tiles, work }), { ...tiles, work }),
    },
    {
      method: "recurrence",
      pass: "forward",
      upTo: all,
      weight: 1,
      run: ([q, k, v], work) => linearAttentionRecurrent(q, k, v, decay, { work }),
    },
    {
      method: "recurrence",
      pass: "with backward",
      upTo: { quick: 1 / 16, full: 1 },
      weight: 1,
      run: ([q, k, v, g], work) => {
        linearAttentionRecurrent(q, k, v, decay, { work });
        return linearAttentionRecurrentBackward(q, k, v, g, decay, { work });
      },
    },
    {
      method: "recurrence, plain loops",
      pass: "forward",
      upTo: { quick: 1 / 16, full: 1 },
      weight: 0.5,
      run: ([q, k, v], work) => linearAttentionRecurrent(q, k, v, decay, { plain: true, work }),
    },
    {
      method: "cumulative sum, plain loops",
      pass: "forward",
      upTo: { quick: 1 / 16, full: 1 },
      weight: 0.3,
      run: ([q, k, v], work) => linearAttentionCumulative(q, k, v, decay, { work }),
    },
    { method: "quadratic", pass: "forward", upTo: { quick: 1 / 8, full: 1 }, weight: 0.3, run: quadratic },
  ];
  return withoutBlocks ? list.filter(({ method, pass }) => method !== "lightning" || pass === "forward") : list;
}
