import type { numpy } from "@jax-js/jax";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import type { NdArray } from "./attention-shapes.ts";
import { lightningAttentionBackward } from "./lightning-backward.ts";
import { linearAttentionRecurrentBackward, linearAttentionRow } from "./linear-attention.ts";
import { randomArray } from "./random-array.ts";

const gaussian = (random: Random, ...shape: number[]): NdArray => randomArray(random, shape);

/** Largest difference relative to the largest entry of `wanted`. */
function distance(got: ArrayLike<number>, wanted: ArrayLike<number>): number {
  expect(got.length).toBe(wanted.length);
  let worst = 0;
  let scale = 1e-30;
  for (let i = 0; i < got.length; i++) {
    worst = Math.max(worst, Math.abs((got[i] as number) - (wanted[i] as number)));
    scale = Math.max(scale, Math.abs(wanted[i] as number));
  }
  return worst / scale;
}

const sizes = fc.record({
  n: fc.integer({ min: 1, max: 9 }),
  d: fc.integer({ min: 1, max: 9 }),
  e: fc.constantFrom(1, 3, 8, 16),
  blockSize: fc.integer({ min: 1, max: 12 }),
  rate: fc.constantFrom(0, 0.01, 0.5, 3),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

describe("gradients", () => {
  /** L = Σ out · g in double precision, by the definition and after a state. */
  function loss(q: NdArray, k: NdArray, v: NdArray, g: NdArray, rate: number, state?: NdArray): number {
    const [n = 0, d = 0] = q.shape;
    const e = v.shape[1] ?? 0;
    let total = 0;
    for (let t = 0; t < n; t++) {
      const row = linearAttentionRow(q.data, k.data, v.data, { d, e, rate }, t);
      for (let j = 0; j < e; j++) {
        let carried = 0;
        for (let i = 0; state && i < d; i++)
          carried += (q.data[t * d + i] as number) * (state.data[i * e + j] as number);
        total += ((row[j] as number) + Math.exp(-rate * (t + 1)) * carried) * (g.data[t * e + j] as number);
      }
    }
    return total;
  }

  /** Central differences; the loss is linear in every single number, so a step of 1 is exact up to rounding. */
  function differences(change: NdArray, evaluate: () => number): number[] {
    return Array.from(change.data, (value, i) => {
      change.data[i] = value + 1;
      const up = evaluate();
      change.data[i] = value - 1;
      const down = evaluate();
      change.data[i] = value;
      return (up - down) / 2;
    });
  }

  it("match finite differences of the definition, with and without a state, for any block size", () => {
    fc.assert(
      fc.property(sizes, fc.boolean(), ({ n, d, e, blockSize, rate, seed }, carry) => {
        const random = new Random(seed);
        const [q, k, v] = [gaussian(random, n, d), gaussian(random, n, d), gaussian(random, n, e)];
        const g = gaussian(random, n, e);
        const state = carry ? gaussian(random, d, e) : undefined;
        const options = state ? { blockSize, state } : { blockSize };
        const { dq, dk, dv } = lightningAttentionBackward(q, k, v, g, rate, options);
        const evaluate = () => loss(q, k, v, g, rate, state);
        for (const [gradient, of] of [
          [dq, q],
          [dk, k],
          [dv, v],
        ] as const) {
          expect(gradient.shape).toEqual(of.shape);
          expect(distance(gradient.data, differences(of, evaluate))).toBeLessThan(1e-4);
        }
        const again = lightningAttentionBackward(q, k, v, g, rate, { ...options, blockSize: 3 });
        expect(distance(again.dk.data, dk.data)).toBeLessThan(1e-5);
        expect(distance(again.dv.data, dv.data)).toBeLessThan(1e-5);
      }),
      { numRuns: 40 },
    );
  });

  it("match autodiff of the quadratic form, and those of the recurrence match too", async () => {
    const { grad, numpy: np } = await import("@jax-js/jax");
    const random = new Random(9);
    const [n, d] = [12, 16];
    const inputs = [gaussian(random, n, d), gaussian(random, n, d), gaussian(random, n, d)] as const;
    const g = gaussian(random, n, d);
    const mask = new Float32Array(n * n);
    for (let t = 0; t < n; t++) for (let j = 0; j <= t; j++) mask[t * n + j] = Math.exp(-0.2 * (t - j));
    const on = ({ data, shape }: NdArray) => np.array(data.slice()).reshape(shape);
    const objective = (x: { q: numpy.Array; k: numpy.Array; v: numpy.Array }): numpy.Array => {
      const scores = np.matmul(x.q, x.k.transpose()).mul(np.array(mask.slice()).reshape([n, n]));
      return np.matmul(scores, x.v).mul(on(g)).sum();
    };
    const wanted = grad(objective)({ q: on(inputs[0]), k: on(inputs[1]), v: on(inputs[2]) });
    const reference = { dq: await wanted.q.data(), dk: await wanted.k.data(), dv: await wanted.v.data() };
    const ours = lightningAttentionBackward(...inputs, g, 0.2, { blockSize: 5 });
    const stepped = linearAttentionRecurrentBackward(...inputs, g, 0.2);
    for (const name of ["dq", "dk", "dv"] as const) {
      expect(distance(ours[name].data, reference[name])).toBeLessThan(1e-5);
      expect(distance(stepped[name].data, reference[name])).toBeLessThan(1e-5);
    }
  });
});
