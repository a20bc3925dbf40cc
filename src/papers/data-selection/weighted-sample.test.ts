import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../kit/random.ts";
import { drawProportional, importanceSample, takeRows, takeValues } from "./weighted-sample.ts";

describe("drawing in proportion to weights", () => {
  it("draws each index as often as its weight says, and never one of weight 0", () => {
    const { indices, counts } = drawProportional([0, 1, 0, 3, 6, 0], 100_000, new Random(1));
    expect([...indices]).toEqual([1, 3, 4]);
    [0.1, 0.3, 0.6].forEach((p, j) => {
      expect(Math.abs((counts[j] as number) / 100_000 - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / 100_000));
    });
  });

  it("merges duplicates, keeps the order, and counts every draw", () => {
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.constant(0), fc.double({ min: 1e-300, max: 1e300, noNaN: true })), {
          minLength: 1,
          maxLength: 20,
        }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer(),
        (weights, draws, seed) => {
          if (weights.every((w) => w === 0)) {
            if (draws > 0) expect(() => drawProportional(weights, draws, new Random(seed))).toThrow(RangeError);
            return;
          }
          const { indices, counts } = drawProportional(weights, draws, new Random(seed));
          expect(counts.reduce((sum, c) => sum + c, 0)).toBe(draws);
          expect([...indices]).toEqual([...new Set(indices)].sort((a, b) => a - b));
          for (const i of indices) expect(weights[i]).toBeGreaterThan(0);
        },
      ),
      { numRuns: 200 },
    );
    expect(() => drawProportional([1, -1], 2, new Random(1))).toThrow("weight of row 1");
    expect(() => drawProportional([1], -1, new Random(1))).toThrow("-1 is not a number of draws");
  });

  it("gives unbiased weighted sums", () => {
    const random = new Random(2);
    const values = [5, -1, 2, 0.5];
    const rowWeights = [1, 2, 1, 4];
    const truth = values.reduce((sum, v, i) => sum + v * (rowWeights[i] ?? 0), 0);
    const draws = Array.from({ length: 20_000 }, () => {
      const { indices, weights } = importanceSample([3, 1, 2, 1], 3, random, rowWeights);
      return weights.reduce((sum, w, j) => sum + w * (values[indices[j] ?? 0] ?? 0), 0);
    });
    const mean = draws.reduce((a, b) => a + b, 0) / draws.length;
    const spread = Math.sqrt(draws.reduce((sum, d) => sum + (d - mean) ** 2, 0) / draws.length);
    expect(Math.abs(mean - truth)).toBeLessThan((4 * spread) / Math.sqrt(draws.length));
  });

  it("copies rows and values", () => {
    expect([...takeRows(Float64Array.of(1, 2, 3, 4, 5, 6), 2, [2, 0])]).toEqual([5, 6, 1, 2]);
    expect([...takeValues([7, 8, 9], [1, 1])]).toEqual([8, 8]);
  });
});
