import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import type { NdArray } from "./attention-shapes.ts";
import { decaySlopes } from "./decay-slopes.ts";
import { randomArray } from "./random-array.ts";
import { simpleRmsNorm } from "./simple-rms-norm.ts";
import { expNegative, softmaxAttention, softmaxAttentionBackward } from "./softmax-attention.ts";
import { Work } from "./work.ts";

const gaussian = (random: Random, ...shape: number[]): NdArray => randomArray(random, shape);

/** Softmax attention as it is defined, row by row in double precision. */
function plainSoftmax(q: NdArray, k: NdArray, v: NdArray): number[][] {
  const [n = 0, d = 0] = q.shape;
  const e = v.shape[1] ?? 0;
  return Array.from({ length: n }, (_, t) => {
    const weights = Array.from({ length: t + 1 }, (_, j) => {
      let score = 0;
      for (let i = 0; i < d; i++) score += (q.data[t * d + i] as number) * (k.data[j * d + i] as number);
      return Math.exp(score / Math.sqrt(d));
    });
    const total = weights.reduce((sum, w) => sum + w, 0);
    return Array.from({ length: e }, (_, c) =>
      weights.reduce((sum, w, j) => sum + (w / total) * (v.data[j * e + c] as number), 0),
    );
  });
}

describe("softmax attention by tiles", () => {
  it("equals the definition for any tile, and its gradients match finite differences", () => {
    const sizes = fc.record({
      n: fc.integer({ min: 1, max: 20 }),
      queryBlock: fc.integer({ min: 1, max: 24 }),
      keyBlock: fc.integer({ min: 1, max: 24 }),
      seed: fc.integer({ min: 0, max: 1e6 }),
    });
    fc.assert(
      fc.property(sizes, ({ n, queryBlock, keyBlock, seed }) => {
        const random = new Random(seed);
        const [q, k, v] = [gaussian(random, n, 3), gaussian(random, n, 3), gaussian(random, n, 2)];
        const g = gaussian(random, n, 2);
        const tiles = { queryBlock, keyBlock };
        const forward = softmaxAttention(q, k, v, tiles);
        const wanted = plainSoftmax(q, k, v).flat();
        forward.out.data.forEach((value, i) => {
          expect(value).toBeCloseTo(wanted[i] as number, 4);
        });
        const { dq, dk, dv } = softmaxAttentionBackward(q, k, v, g, forward, tiles);
        const loss = () =>
          plainSoftmax(q, k, v)
            .flat()
            .reduce((sum, x, i) => sum + x * (g.data[i] as number), 0);
        const i = random.int(0, 2 * n - 1);
        for (const [gradient, of] of [
          [dq, q],
          [dk, k],
          [dv, v],
        ] as const) {
          const value = of.data[i] as number;
          of.data[i] = value + 1e-2;
          const [above, up] = [loss(), of.data[i] as number];
          of.data[i] = value - 1e-2;
          const slope = (above - loss()) / (up - (of.data[i] as number));
          of.data[i] = value;
          expect(gradient.data[i]).toBeCloseTo(slope, 2);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("has an exponential of its own that is right to ten digits", () => {
    for (let x = 0; x > -69; x -= 0.0371) expect(expNegative(x) / Math.exp(x)).toBeCloseTo(1, 10);
    expect(expNegative(1e-7)).toBeCloseTo(1 + 1e-7, 12);
    expect(expNegative(-70)).toBe(0);
    expect(expNegative(Number.NEGATIVE_INFINITY)).toBe(0);
    expect(expNegative(Number.NaN)).toBeNaN();
  });

  it("keeps no square matrix and skips tiles above the diagonal", () => {
    const cost = (n: number) => {
      const work = new Work();
      const random = new Random(1);
      softmaxAttention(gaussian(random, n, 4), gaussian(random, n, 4), gaussian(random, n, 4), {
        queryBlock: 16,
        keyBlock: 16,
        work,
      });
      return work;
    };
    expect(cost(128).workingBytes).toBe(cost(512).workingBytes);
    const tiles = (512 / 16) * (512 / 16 + 1) * 0.5;
    expect(cost(512).multiplyAdds).toBe(tiles * 16 * 16 * 8);
  });
});

describe("decay slopes", () => {
  it("are 1/2 … 1/256 for eight heads", () => {
    expect([...decaySlopes(8)]).toEqual([1, 2, 3, 4, 5, 6, 7, 8].map((h) => 2 ** -h));
  });

  it("mix two lists for twelve heads", () => {
    const sixteen = [...decaySlopes(16)];
    expect([...decaySlopes(12)]).toEqual([...decaySlopes(8), ...[0, 2, 4, 6].map((i) => sixteen[i])]);
    expect(decaySlopes(1)[0]).toBe(2 ** -8);
  });

  it("weaken with depth", () => {
    const first = decaySlopes(4, 0, 3);
    const last = decaySlopes(4, 2, 3);
    expect(first[0]).toBeCloseTo(0.25 * (1 + 1e-5), 10);
    expect(last[0]).toBeCloseTo(0.25e-5, 10);
    expect([...decaySlopes(4, 1, 2, "linear")]).toEqual([1, 2, 3, 4]);
    expect(() => decaySlopes(0)).toThrow(RangeError);
    expect(() => decaySlopes(4, 2, 2)).toThrow(/layer 2 of 2/);
  });
});

describe("SimpleRMSNorm", () => {
  it("makes the root mean square 1 and leaves zero at zero", () => {
    fc.assert(
      fc.property(
        fc.array(fc.float({ min: -100, max: 100, noNaN: true }), { minLength: 4, maxLength: 4 }),
        (values) => {
          fc.pre(values.some((x) => Math.abs(x) > 0.1));
          const { data } = simpleRmsNorm({ data: Float32Array.from(values), shape: [1, 4] });
          expect(Math.sqrt(data.reduce((sum, x) => sum + x * x, 0) / 4)).toBeCloseTo(1, 4);
        },
      ),
    );
    expect([...simpleRmsNorm({ data: new Float32Array(4), shape: [2, 2] }).data]).toEqual([0, 0, 0, 0]);
  });
});
