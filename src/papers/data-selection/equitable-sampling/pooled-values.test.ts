import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { type PooledGroup, pooledValues } from "./pooled-values.ts";
import { iterativeRidge, predictLinear, type Regression, rSquared } from "./ridge.ts";
import type { Learner } from "./subsample-curve.ts";

const width = 16;
/** Ridge without intercept, so that groups with features of their own do not touch each other. */
const learner: Learner = {
  fitPredict: (train, features) => predictLinear(iterativeRidge(train, 1, { tolerance: 1e-10 }), features),
  score: rSquared,
};

/** Rows whose features from `from` to `to` are at random and the others 0, and say what `effects` make of them. */
function rowsOf(count: number, [from, to]: [number, number], effects: readonly number[], random: Random): Regression {
  const features = new Float32Array(count * width);
  const targets = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    let sum = random.normal(0, 0.6);
    for (let j = from; j < to; j++) {
      const x = random.normal();
      features[i * width + j] = x;
      sum += x * (effects[j] ?? 0);
    }
    targets[i] = sum;
  }
  return { features, targets, width };
}

const effects = Array.from({ length: width }, (_, j) => (j % 2 === 0 ? 0.4 : -0.4));
const options = (seed: number) => ({ learner, utility: { kind: "identity" } as const, random: new Random(seed) });

describe("what samples are worth to a pooled model", () => {
  it("is what they are worth to their own group where groups share nothing", () => {
    const random = new Random(1);
    const groups: PooledGroup[] = [
      { name: "fast", data: rowsOf(60, [0, 2], effects, random), cost: 1, weight: 1 },
      { name: "slow", data: rowsOf(60, [2, width], effects, random), cost: 2, weight: 1 },
    ];
    const { scores, without, values } = pooledValues(groups, { ...options(2), repeats: 8 });
    expect(without[0]?.[1]).toBeCloseTo(scores[1] as number, 6);
    expect(without[1]?.[0]).toBeCloseTo(scores[0] as number, 6);
    // 48 of 60 rows train and 14 of them are missing; the slow group is worth more even at twice the price.
    expect(values[1]).toBeCloseTo(((scores[1] as number) - (without[1]?.[1] as number)) / (14 * 2), 6);
    expect(values[1]).toBeGreaterThan(2 * (values[0] as number));
  });

  it("counts what a group teaches another: cheap rows of one that hardly matters itself", () => {
    const random = new Random(3);
    const valuesOf = (dear: [number, number], cheap: [number, number]): number[] => {
      const draws = Array.from({ length: 10 }, (_, seed) => {
        const groups: PooledGroup[] = [
          { name: "dear", data: rowsOf(30, dear, effects, random), cost: 5, weight: 1 },
          { name: "cheap", data: rowsOf(30, cheap, effects, random), cost: 1, weight: 1e-6 },
        ];
        return pooledValues(groups, { ...options(seed), repeats: 4 }).values;
      });
      return [0, 1].map((g) => draws.reduce((sum, values) => sum + (values[g] as number) / draws.length, 0));
    };
    // A row of either teaches as much, and one of them costs a fifth.
    const [dear, cheap] = valuesOf([0, width], [0, width]) as [number, number];
    expect(dear).toBeGreaterThan(0);
    expect(cheap).toBeGreaterThan(2 * dear);
    // With features apart, the cheap rows teach nothing that matters.
    const [own, foreign] = valuesOf([0, 8], [8, width]) as [number, number];
    expect(own).toBeGreaterThan(0);
    expect(Math.abs(foreign)).toBeLessThan(1e-6);
  });

  it.each<[string, object, RegExp]>([
    ["δ of 1", { delta: 1 }, /δ is 1/],
    ["few rows", { folds: 40 }, /a has 60 rows, and 80 or more/],
  ])("refuses %s", (_, wrong, message) => {
    const groups = [{ name: "a", data: rowsOf(60, [0, 2], effects, new Random(1)), cost: 1, weight: 1 }];
    expect(() => pooledValues(groups, { ...options(1), ...wrong })).toThrow(message);
  });
});
