import { uniformRows } from "../../../kit/nets/tape/dense.ts";
import { below, linear, meanOfHalves } from "../../../kit/nets/tape/ops.ts";
import type { Rows } from "../../../kit/nets/tape/rows.ts";
import { resultOf } from "../../../kit/nets/tape/tape.ts";
import type { Random } from "../../../kit/random.ts";

/** Weights of a GRU cell of width d: the columns of the reset, update and new gate stand side by side, r | z | n. */
export type GruParams = {
  /** $W_{ir} | W_{iz} | W_{in}$, inputs × 3d. */
  inputWeight: Rows;
  /** $b_{ir} | b_{iz} | b_{in}$, 1 × 3d. */
  inputBias: Rows;
  /** $W_{hr} | W_{hz} | W_{hn}$, d × 3d. */
  hiddenWeight: Rows;
  /** $b_{hr} | b_{hz} | b_{hn}$, 1 × 3d. */
  hiddenBias: Rows;
};

/** A GRU cell drawn uniformly within $1/\sqrt d$, the usual start. */
export function initGru(random: Random, width: number, inputs = width): GruParams {
  const bound = 1 / Math.sqrt(width);
  return {
    inputWeight: uniformRows(random, inputs, 3 * width, bound),
    inputBias: uniformRows(random, 1, 3 * width, bound),
    hiddenWeight: uniformRows(random, width, 3 * width, bound),
    hiddenBias: uniformRows(random, 1, 3 * width, bound),
  };
}

const sigmoid = (x: number): number => 1 / (1 + Math.exp(-x));
const tanh = (x: number): number => 2 / (1 + Math.exp(-2 * x)) - 1; // half the time of Math.tanh, exact to float32

/**
 * The gates of a GRU from its two affine maps, rows × 3d each: `gi` of the inputs and `gh` of the states. Row i of the
 * result is $(1-z) \odot n + z \odot h$ for input row i and state row i + `shift` (counted round).
 */
function gates(gi: Rows, gh: Rows, h: Rows, shift = 0): Rows {
  const { rows, width: d } = h;
  const out = resultOf(rows, d, gi, gh, h);
  const kept = out.tape ? new Float32Array(3 * rows * d) : undefined; // r, z, n of every entry, for the way back
  const [inputs, states] = [gi.data, gh.data];
  for (let i = 0; i < rows; i++) {
    const state = (i + shift) % rows;
    for (let j = 0, q = 3 * i * d, s = 3 * state * d; j < d; j++, q++, s++) {
      const r = sigmoid((inputs[q] as number) + (states[s] as number));
      const z = sigmoid((inputs[q + d] as number) + (states[s + d] as number));
      const n = tanh((inputs[q + 2 * d] as number) + r * (states[s + 2 * d] as number));
      out.data[i * d + j] = n + z * ((h.data[state * d + j] as number) - n);
      if (kept) {
        kept[q] = r;
        kept[q + d] = z;
        kept[q + 2 * d] = n;
      }
    }
  }
  out.tape?.record(() => {
    if (!kept) return;
    const g = out.grad as Float32Array; // a result on a tape has a gradient
    const [toInputs, toStates, toH] = [gi.grad, gh.grad, h.grad];
    for (let i = 0; i < rows; i++) {
      const state = (i + shift) % rows;
      for (let j = 0, q = 3 * i * d, s = 3 * state * d; j < d; j++, q++, s++) {
        const slope = g[i * d + j] as number;
        const r = kept[q] as number;
        const z = kept[q + d] as number;
        const n = kept[q + 2 * d] as number;
        const at = state * d + j;
        const dn = slope * (1 - z) * (1 - n * n);
        const dz = slope * ((h.data[at] as number) - n) * z * (1 - z);
        const dr = dn * (states[s + 2 * d] as number) * r * (1 - r);
        if (toInputs) {
          toInputs[q] = (toInputs[q] as number) + dr;
          toInputs[q + d] = (toInputs[q + d] as number) + dz;
          toInputs[q + 2 * d] = (toInputs[q + 2 * d] as number) + dn;
        }
        if (toStates) {
          toStates[s] = (toStates[s] as number) + dr;
          toStates[s + d] = (toStates[s + d] as number) + dz;
          toStates[s + 2 * d] = (toStates[s + 2 * d] as number) + dn * r;
        }
        if (toH) toH[at] = (toH[at] as number) + slope * z;
      }
    }
  });
  return out;
}

/**
 * One step of a gated recurrent unit on a batch of rows, input x and state h:
 *
 * $$r = \sigma(W_{ir} x + b_{ir} + W_{hr} h + b_{hr}), \quad z = \sigma(W_{iz} x + b_{iz} + W_{hz} h + b_{hz}),$$
 * $$n = \tanh(W_{in} x + b_{in} + r \odot (W_{hn} h + b_{hn})), \quad \mathrm{GRU}(x, h) = (1 - z) \odot n + z \odot h.$$
 */
export function gruCell(params: GruParams, x: Rows, h: Rows): Rows {
  if (x.rows !== h.rows) throw new RangeError(`${x.rows} inputs and ${h.rows} states`);
  return gates(linear(x, params.inputWeight, params.inputBias), linear(h, params.hiddenWeight, params.hiddenBias), h);
}

/**
 * The learnable binary operator of the paper: a GRU cell made symmetric,
 *
 * $$a \oplus b = \tfrac12 \bigl(\mathrm{GRU}(a, b) + \mathrm{GRU}(b, a)\bigr).$$
 *
 * It is commutative to the last bit whatever the weights; associativity has to be learned. Works on batches of rows.
 */
export function binaryGru(params: GruParams, a: Rows, b: Rows): Rows {
  if (a.rows !== b.rows) throw new RangeError(`${a.rows} left and ${b.rows} right arguments`);
  const both = below([a, b]);
  const inputs = linear(both, params.inputWeight, params.inputBias);
  const states = linear(both, params.hiddenWeight, params.hiddenBias);
  return meanOfHalves(gates(inputs, states, both, a.rows)); // every row as input, its partner as state
}
