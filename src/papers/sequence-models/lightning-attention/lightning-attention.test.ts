import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import type { NdArray } from "./attention-shapes.ts";
import { lightningAttention, lightningStep } from "./lightning-attention.ts";
import { lightningAttentionBackward } from "./lightning-backward.ts";
import {
  linearAttentionCumulative,
  linearAttentionQuadratic,
  linearAttentionRecurrent,
  linearAttentionRow,
} from "./linear-attention.ts";
import { randomArray } from "./random-array.ts";
import { Work } from "./work.ts";

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

/** The defining sum in double precision for [n, d] inputs. */
function definition(q: NdArray, k: NdArray, v: NdArray, rate: number): number[] {
  const [n = 0, d = 0] = q.shape;
  const e = v.shape[1] ?? 0;
  return Array.from({ length: n }, (_, t) => [...linearAttentionRow(q.data, k.data, v.data, { d, e, rate }, t)]).flat();
}

const sizes = fc.record({
  n: fc.integer({ min: 1, max: 40 }),
  d: fc.integer({ min: 1, max: 9 }),
  e: fc.constantFrom(1, 3, 8, 16),
  blockSize: fc.integer({ min: 1, max: 48 }),
  rate: fc.constantFrom(0, 0.01, 0.5, 3),
  seed: fc.integer({ min: 0, max: 1e6 }),
});

describe("lightning attention", () => {
  it("equals the definition, the quadratic, recurrent and cumulative forms for any sizes", () => {
    fc.assert(
      fc.property(sizes, ({ n, d, e, blockSize, rate, seed }) => {
        const random = new Random(seed);
        const [q, k, v] = [gaussian(random, n, d), gaussian(random, n, d), gaussian(random, n, e)];
        const wanted = definition(q, k, v, rate);
        const { out, state } = lightningAttention(q, k, v, rate, { blockSize });
        const recurrent = linearAttentionRecurrent(q, k, v, rate);
        const plain = linearAttentionRecurrent(q, k, v, rate, { plain: true });
        expect(out.shape).toEqual([n, e]);
        expect(state.shape).toEqual([d, e]);
        expect(distance(out.data, wanted)).toBeLessThan(1e-5);
        expect(
          distance(linearAttentionQuadratic(q, k, v, rate, { queryBlock: blockSize, keyBlock: 7 }).out.data, wanted),
        ).toBeLessThan(1e-5);
        expect(distance(linearAttentionCumulative(q, k, v, rate).out.data, wanted)).toBeLessThan(1e-5);
        for (const { out: o, state: s } of [recurrent, plain]) {
          expect(distance(o.data, wanted)).toBeLessThan(1e-5);
          expect(distance(s.data, state.data)).toBeLessThan(1e-5);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("covers blocks of one row, of the whole sequence and beyond, and a sequence of one token", () => {
    const random = new Random(1);
    const [q, k, v] = [gaussian(random, 10, 4), gaussian(random, 10, 4), gaussian(random, 10, 3)];
    const wanted = definition(q, k, v, 0.3);
    for (const blockSize of [1, 3, 10, 64]) {
      expect(distance(lightningAttention(q, k, v, 0.3, { blockSize }).out.data, wanted)).toBeLessThan(1e-5);
    }
    const one = { data: Float32Array.of(2, 3), shape: [1, 2] };
    const { out, state } = lightningAttention(one, one, { data: Float32Array.of(5), shape: [1, 1] }, 0.7);
    expect([...out.data]).toEqual([65]);
    expect([...state.data]).toEqual([10, 15]);
  });

  it("reduces to the cumulative sum without decay and to (q·k)v under total decay", () => {
    const random = new Random(2);
    const [q, k, v] = [gaussian(random, 7, 3), gaussian(random, 7, 3), gaussian(random, 7, 2)];
    const sum = new Float64Array(6);
    const added: number[] = [];
    const own: number[] = [];
    for (let t = 0; t < 7; t++) {
      const [row, key] = [q.data.subarray(3 * t, 3 * t + 3), k.data.subarray(3 * t, 3 * t + 3)];
      const value = v.data.subarray(2 * t, 2 * t + 2);
      for (let i = 0; i < 6; i++) sum[i] = (sum[i] as number) + (key[i >> 1] as number) * (value[i & 1] as number);
      for (const j of [0, 1]) added.push(row.reduce((total, x, i) => total + x * (sum[2 * i + j] as number), 0));
      const score = row.reduce((total, x, i) => total + x * (key[i] as number), 0);
      own.push(score * (value[0] as number), score * (value[1] as number));
    }
    expect(distance(lightningAttention(q, k, v, 0, { blockSize: 3 }).out.data, added)).toBeLessThan(1e-5);
    expect(distance(lightningAttention(q, k, v, 1000, { blockSize: 3 }).out.data, own)).toBeLessThan(1e-5);
  });

  it("goes on from a carried state as one call would, and so do single steps", () => {
    const random = new Random(3);
    const [b, h, n, d, e] = [2, 3, 23, 5, 16];
    const [q, k, v] = [gaussian(random, b, h, n, d), gaussian(random, b, h, n, d), gaussian(random, b, h, n, e)];
    const decay = Float32Array.of(0, 0.2, 1.5);
    const whole = lightningAttention(q, k, v, decay, { blockSize: 8 });
    const slice = (x: NdArray, from: number, to: number): NdArray => {
      const width = x.shape[3] ?? 0;
      const rows = Array.from({ length: b * h }, (_, s) => [
        ...x.data.subarray((s * n + from) * width, (s * n + to) * width),
      ]);
      return { data: Float32Array.from(rows.flat()), shape: [b, h, to - from, width] };
    };
    let state: NdArray | undefined;
    for (const [from, to] of [
      [0, 1],
      [1, 10],
      [10, 18],
      [18, 23],
    ] as const) {
      const before = state?.data.slice();
      const next = lightningAttention(slice(q, from, to), slice(k, from, to), slice(v, from, to), decay, {
        blockSize: 4,
        state,
      });
      expect(distance(next.out.data, slice(whole.out, from, to).data)).toBeLessThan(1e-5);
      if (state) expect(state.data).toEqual(before); // the given state is left alone
      state = next.state;
    }
    expect(distance(state?.data ?? [], whole.state.data)).toBeLessThan(1e-5);
    let stepped: NdArray = { data: new Float32Array(b * h * d * e), shape: [b, h, d, e] };
    for (let t = 0; t < n; t++) {
      const at = (x: NdArray): NdArray => {
        const { data, shape } = slice(x, t, t + 1);
        return { data, shape: [b, h, shape[3] ?? 0] };
      };
      const next = lightningStep(at(q), at(k), at(v), stepped, decay);
      expect(distance(next.out.data, slice(whole.out, t, t + 1).data)).toBeLessThan(1e-5);
      stepped = next.state;
    }
    expect(distance(stepped.data, whole.state.data)).toBeLessThan(1e-5);
  });

  it("takes single vectors one step at a time", () => {
    const vector = (...x: number[]): NdArray => ({ data: Float32Array.from(x), shape: [x.length] });
    const state = { data: Float32Array.of(4, 8), shape: [2, 1] };
    const next = lightningStep(vector(1, 1), vector(1, 2), vector(3), state, Math.LN2);
    expect([...next.state.data].map((x) => Math.round(x * 1e5) / 1e5)).toEqual([5, 10]);
    expect(next.out.shape).toEqual([1]);
    expect(next.out.data[0]).toBeCloseTo(15, 5);
  });

  it("is causal to the bit", () => {
    const random = new Random(4);
    const [q, k, v] = [gaussian(random, 30, 4), gaussian(random, 30, 4), gaussian(random, 30, 3)];
    const before = lightningAttention(q, k, v, 0.1, { blockSize: 8 }).out.data;
    for (const j of [0, 5, 8, 20, 29]) {
      const changed = [q, k, v].map(({ data, shape }): NdArray => {
        const copy = data.slice();
        const width = shape[1] ?? 0;
        for (let i = j * width; i < (j + 1) * width; i++) copy[i] = random.normal(0, 10);
        return { data: copy, shape };
      });
      const after = lightningAttention(changed[0] as NdArray, changed[1] as NdArray, changed[2] as NdArray, 0.1, {
        blockSize: 8,
      }).out.data;
      expect([...after.subarray(0, 3 * j)]).toEqual([...before.subarray(0, 3 * j)]);
      expect(after[3 * j]).not.toBe(before[3 * j]);
    }
  });

  it("is linear in the values and in the keys", () => {
    const random = new Random(5);
    const make = (width: number) => gaussian(random, 20, width);
    const mix = (x: NdArray, y: NdArray): NdArray => ({
      data: x.data.map((value, i) => 2 * value - 3 * (y.data[i] as number)),
      shape: x.shape,
    });
    const [q, k, k2, v, v2] = [make(4), make(4), make(4), make(5), make(5)];
    const run = (key: NdArray, value: NdArray) => lightningAttention(q, key, value, 0.2, { blockSize: 6 }).out;
    expect(distance(run(k, mix(v, v2)).data, mix(run(k, v), run(k, v2)).data)).toBeLessThan(1e-5);
    expect(distance(run(mix(k, k2), v).data, mix(run(k, v), run(k2, v)).data)).toBeLessThan(1e-5);
  });

  it("gives every head its own decay", () => {
    const random = new Random(6);
    const [q, k, v] = [gaussian(random, 2, 2, 9, 3), gaussian(random, 2, 2, 9, 3), gaussian(random, 2, 2, 9, 4)];
    const both = lightningAttention(q, k, v, Float64Array.of(0.1, 2), { blockSize: 4 }).out.data;
    for (const [head, rate] of [0.1, 2].entries()) {
      const all = lightningAttention(q, k, v, rate, { blockSize: 4 }).out.data;
      for (const batch of [0, 1]) {
        const from = (2 * batch + head) * 36;
        expect([...both.subarray(from, from + 36)]).toEqual([...all.subarray(from, from + 36)]);
      }
    }
  });

  it("holds the same memory and does the same work per token at any length", () => {
    const random = new Random(7);
    const costs = [64, 128, 512].map((n) => {
      const [ours, quadratic] = [new Work(), new Work()];
      const [q, k, v] = [gaussian(random, n, 8), gaussian(random, n, 8), gaussian(random, n, 8)];
      lightningAttention(q, k, v, 0.1, { blockSize: 16, work: ours });
      linearAttentionQuadratic(q, k, v, 0.1, { queryBlock: 16, keyBlock: 16, work: quadratic });
      return { bytes: ours.workingBytes, each: ours.multiplyAdds / n, theirs: quadratic.multiplyAdds / n };
    });
    expect(new Set(costs.map(({ bytes }) => bytes)).size).toBe(1);
    // Scores B·d, both parts (d + B)·e, the update of the state d·e.
    expect(costs.map(({ each }) => each)).toEqual([384, 384, 384].map(() => 16 * 8 + 24 * 8 + 64));
    expect(costs.map(({ theirs }) => theirs)).toEqual([4, 8, 32].map((tiles) => (16 * 16 * (tiles + 1)) / 2));
  });

  it("refuses what does not fit", () => {
    const make = (...shape: number[]) => gaussian(new Random(8), ...shape);
    const call = (q: NdArray, k: NdArray, v: NdArray, decay: number | Float32Array = 0.1, o = {}) =>
      lightningAttention(q, k, v, decay, o);
    const fine = make(4, 2);
    expect(() => call(make(4), make(4), make(4))).toThrow(/shape \[4\]/);
    expect(() => call(fine, make(5, 2), fine)).toThrow(/k has the shape \[5, 2\]/);
    expect(() => call(fine, fine, make(3, 2))).toThrow(/v has the shape/);
    expect(() => call({ data: new Float32Array(7), shape: [4, 2] }, fine, fine)).toThrow(/7 numbers/);
    expect(() => call(make(0, 2), make(0, 2), make(0, 2))).toThrow(/empty/);
    expect(() => call(make(4, 0), make(4, 0), fine)).toThrow(/empty axis/);
    for (const blockSize of [0, -1, 1.5, Number.NaN]) {
      expect(() => call(fine, fine, fine, 0.1, { blockSize })).toThrow(/block size/);
    }
    for (const decay of [-0.1, Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => call(fine, fine, fine, decay)).toThrow(/decay of head 0/);
    }
    const many = make(1, 3, 4, 2);
    expect(() => call(many, many, many, Float32Array.of(1, 2))).toThrow(/2 decay rates for 3 heads/);
    expect(() => call(fine, fine, fine, 0.1, { state: make(2, 3) })).toThrow(/state has the shape \[2, 3\]/);
    expect(() => lightningStep(make(2), make(2), make(2), make(3, 2), 0.1)).toThrow(/state/);
    expect(() => lightningAttentionBackward(fine, fine, fine, make(4, 3), 0.1)).toThrow(/dOut/);
  });
});
