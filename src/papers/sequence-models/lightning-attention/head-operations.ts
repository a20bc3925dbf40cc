import type { Rows } from "../../../kit/nets/tape/rows.ts";
import { resultOf } from "../../../kit/nets/tape/tape.ts";
import type { NdArray } from "./attention-shapes.ts";
import { lightningAttention } from "./lightning-attention.ts";
import { lightningAttentionBackward } from "./lightning-backward.ts";
import { softmaxAttention, softmaxAttentionBackward } from "./softmax-attention.ts";

/** How rows are to be read: `batch` sequences one after the other, the width shared by `heads`. */
export interface HeadLayout {
  batch: number;
  heads: number;
}

/** Rows (batch · n) × (heads · d) as an array [batch, heads, n, d]. */
export function splitHeads(rows: { rows: number; width: number }, data: Float32Array, { batch, heads }: HeadLayout) {
  const [n, d] = [rows.rows / batch, rows.width / heads];
  const out = new Float32Array(data.length);
  for (let b = 0, at = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < n; t++, at += d) {
        const from = (b * n + t) * rows.width + h * d;
        for (let i = 0; i < d; i++) out[at + i] = data[from + i] as number;
      }
    }
  }
  return { data: out, shape: [batch, heads, n, d] };
}

/** Adds an array [batch, heads, n, d] to rows (batch · n) × (heads · d). */
function addHeads(into: Float32Array | undefined, { data, shape }: NdArray): void {
  const [batch = 0, heads = 0, n = 0, d = 0] = shape;
  if (!into) return;
  for (let b = 0, at = 0; b < batch; b++) {
    for (let h = 0; h < heads; h++) {
      for (let t = 0; t < n; t++, at += d) {
        const to = (b * n + t) * heads * d + h * d;
        for (let i = 0; i < d; i++) into[to + i] = (into[to + i] as number) + (data[at + i] as number);
      }
    }
  }
}

/** Lightning Attention in every head, on a tape; with `states` it goes on from them and leaves the new ones there. */
export function lightningHeads(
  [q, k, v]: readonly [Rows, Rows, Rows],
  layout: HeadLayout,
  decay: Float64Array,
  states?: { current: NdArray | undefined },
): Rows {
  const split = [q, k, v].map((x) => splitHeads(x, x.data, layout)) as [NdArray, NdArray, NdArray];
  const result = lightningAttention(...split, decay, { state: states?.current });
  if (states) states.current = result.state;
  const out = resultOf(v.rows, v.width, q, k, v);
  addHeads(out.data, result.out);
  out.tape?.record(() => {
    const dOut = splitHeads(v, out.grad as Float32Array, layout);
    const { dq, dk, dv } = lightningAttentionBackward(...split, dOut, decay);
    addHeads(q.grad, dq);
    addHeads(k.grad, dk);
    addHeads(v.grad, dv);
  });
  return out;
}

/** Causal softmax attention in every head, on a tape. */
export function softmaxHeads([q, k, v]: readonly [Rows, Rows, Rows], layout: HeadLayout): Rows {
  const split = [q, k, v].map((x) => splitHeads(x, x.data, layout)) as [NdArray, NdArray, NdArray];
  const forward = softmaxAttention(...split);
  const out = resultOf(v.rows, v.width, q, k, v);
  addHeads(out.data, forward.out);
  out.tape?.record(() => {
    const dOut = splitHeads(v, out.grad as Float32Array, layout);
    const { dq, dk, dv } = softmaxAttentionBackward(...split, dOut, forward);
    addHeads(q.grad, dq);
    addHeads(k.grad, dk);
    addHeads(v.grad, dv);
  });
  return out;
}

/**
 * Linearised relative position encoding: every channel $x_c$ of a head at position t becomes the pair
 * $x_c\cos(\theta_c t)$, $x_c\sin(\theta_c t)$, so that a product of two such rows carries $\cos(\theta_c(t-j))$ and depends
 * on distances only. The frequencies `theta` (1 × width) are learned. Twice as wide: all cosines of a head, then all sines.
 */
export function rotateLinearly(x: Rows, theta: Rows, { batch, heads }: HeadLayout, first = 0): Rows {
  const { rows, width } = x;
  const [n, d] = [rows / batch, width / heads];
  const out = resultOf(rows, 2 * width, x, theta);
  const [cosines, sines] = [new Float32Array(n * width), new Float32Array(n * width)];
  for (let t = 0, at = 0; t < n; t++) {
    for (let c = 0; c < width; c++, at++) {
      const angle = (first + t) * (theta.data[c] as number);
      cosines[at] = Math.cos(angle);
      sines[at] = Math.sin(angle);
    }
  }
  /** Visits every entry with its places in the table and in the result. */
  const each = (visit: (at: number, table: number, to: number) => void): void => {
    for (let r = 0, at = 0; r < rows; r++) {
      for (let c = 0; c < width; c++, at++) {
        visit(at, (r % n) * width + c, r * 2 * width + Math.floor(c / d) * 2 * d + (c % d));
      }
    }
  };
  each((at, table, to) => {
    const value = x.data[at] as number;
    out.data[to] = value * (cosines[table] as number);
    out.data[to + d] = value * (sines[table] as number);
  });
  out.tape?.record(() => {
    const g = out.grad as Float32Array;
    each((at, table, to) => {
      const [cosine, sine] = [cosines[table] as number, sines[table] as number];
      const [gc, gs] = [g[to] as number, g[to + d] as number];
      if (x.grad) x.grad[at] = (x.grad[at] as number) + gc * cosine + gs * sine;
      if (!theta.grad) return;
      const t = first + Math.floor(table / width);
      const c = table % width;
      theta.grad[c] = (theta.grad[c] as number) + t * (x.data[at] as number) * (gs * cosine - gc * sine);
    });
  });
  return out;
}

/**
 * Rotary position encoding of the rival Transformer: neighbours $(x_{2c}, x_{2c+1})$ of a head turn by the angle
 * $t \cdot 10000^{-2c/d}$.
 */
export function rotatePairs(x: Rows, { batch, heads }: HeadLayout): Rows {
  const { rows, width } = x;
  const [n, d] = [rows / batch, width / heads];
  const out = resultOf(rows, width, x);
  const half = d / 2;
  const [cosines, sines] = [new Float64Array(n * half), new Float64Array(n * half)];
  for (let t = 0; t < n; t++) {
    for (let c = 0; c < half; c++) {
      const angle = t * 10000 ** ((-2 * c) / d);
      cosines[t * half + c] = Math.cos(angle);
      sines[t * half + c] = Math.sin(angle);
    }
  }
  /** Turns all pairs of `from` and adds them to `into`; `sense` −1 turns back. */
  const turn = (from: Float32Array, into: Float32Array, sense: 1 | -1): void => {
    for (let r = 0; r < rows; r++) {
      for (let c = 0; c < width / 2; c++) {
        const table = (r % n) * half + (c % half);
        const [cosine, sine] = [cosines[table] as number, sense * (sines[table] as number)];
        const at = r * width + 2 * c;
        const [a, b] = [from[at] as number, from[at + 1] as number];
        into[at] = (into[at] as number) + a * cosine - b * sine;
        into[at + 1] = (into[at + 1] as number) + a * sine + b * cosine;
      }
    }
  };
  turn(x.data, out.data, 1);
  out.tape?.record(() => {
    if (x.grad) turn(out.grad as Float32Array, x.grad, -1);
  });
  return out;
}
