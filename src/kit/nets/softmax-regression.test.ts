import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../random.ts";
import { linearScores, softmaxObjective, softmaxRegression } from "./softmax-regression.ts";

function blobs(count: number, width: number, classes: number, seed: number) {
  const random = new Random(seed);
  const labels = Uint8Array.from({ length: count }, (_, n) => n % classes);
  const features = new Float32Array(count * width);
  for (let at = 0; at < features.length; at++) {
    const label = labels[Math.floor(at / width)] as number;
    features[at] = random.normal(at % width === label ? 1 : 0, 1);
  }
  return { features, labels };
}

describe("softmax regression", () => {
  it("has the closed form of two balanced points: w = σ(−2w)/λ on either side", () => {
    const { weight, bias } = softmaxRegression(Float32Array.of(1, -1), [1, 0], {
      classes: 2,
      l2: 0.1,
      tolerance: 1e-12,
    });
    const w = weight[1] ?? 0;
    expect(weight[0]).toBeCloseTo(-w, 10);
    expect(Math.abs(bias[0] ?? 1)).toBeLessThan(1e-10);
    // The scores at x = 1 differ by 2w; the slope of the loss in w₁ is −σ(−2w).
    expect(0.1 * w).toBeCloseTo(1 / (1 + Math.exp(2 * w)), 9);
  });

  it("without features that tell anything, predicts the classes' weighted shares", () => {
    const { weight, bias } = softmaxRegression(new Float32Array(6), [0, 0, 0, 1, 1, 2], {
      classes: 3,
      l2: 1,
      weights: [1, 1, 1, 1, 1, 3],
      tolerance: 1e-10,
    });
    expect([...weight]).toEqual([0, 0, 0]);
    const e = [...bias].map(Math.exp);
    const total = e.reduce((a, b) => a + b);
    expect(e.map((x) => x / total)).toEqual([3, 2, 3].map((x) => expect.closeTo(x / 8, 8)));
  });

  it("reaches the one minimum from any start", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 1000 }),
        fc.integer({ min: 2, max: 4 }),
        fc.integer({ min: 1, max: 7 }),
        fc.double({ min: 1e-3, max: 3, noNaN: true }),
        (seed, classes, width, l2) => {
          const { features, labels } = blobs(60, width, classes, seed);
          const random = new Random(seed + 1);
          const start = {
            weight: Float64Array.from({ length: classes * width }, () => random.normal(0, 3)),
            bias: new Float64Array(classes),
          };
          const a = softmaxRegression(features, labels, { classes, l2 });
          const b = softmaxRegression(features, labels, { classes, l2, start });
          const there = softmaxObjective(a, features, labels, { l2 });
          expect(there.gradientNorm).toBeLessThan(1e-5);
          expect(softmaxObjective(b, features, labels, { l2 }).loss).toBeCloseTo(there.loss, 6);
          // The objective is λ-strongly convex in the weights: each is within its gradient over λ of the minimum.
          const apart = Math.hypot(...a.weight.map((w, i) => w - (b.weight[i] ?? 0)));
          expect(apart).toBeLessThan(2e-5 / l2);
        },
      ),
      { numRuns: 25 },
    );
  });

  it("has the gradient of its loss, by finite differences", () => {
    const { features, labels } = blobs(20, 3, 3, 5);
    const random = new Random(2);
    const at = {
      weight: Float64Array.from({ length: 9 }, () => random.normal()),
      bias: Float64Array.from({ length: 3 }, () => random.normal()),
    };
    const weights = Array.from({ length: 20 }, (_, i) => 1 + (i % 3));
    const { gradient } = softmaxObjective(at, features, labels, { l2: 0.2, weights });
    for (let i = 0; i < 12; i++) {
      const move = (h: number) => {
        const moved = { weight: at.weight.slice(), bias: at.bias.slice() };
        if (i < 9) moved.weight[i] = (moved.weight[i] ?? 0) + h;
        else moved.bias[i - 9] = (moved.bias[i - 9] ?? 0) + h;
        return softmaxObjective(moved, features, labels, { l2: 0.2, weights }).loss;
      };
      expect((move(1e-5) - move(-1e-5)) / 2e-5).toBeCloseTo(gradient[i] ?? 0, 7);
    }
  });

  it("scores rows by hand, and an example of weight 2 counts as two", () => {
    const classifier = { weight: Float64Array.of(1, 2, 3, 4, 5, -1), bias: Float64Array.of(0.5, -0.5) };
    expect([...linearScores(classifier, Float32Array.of(1, 0, -1, 2, 2, 2))]).toEqual([-1.5, 4.5, 12.5, 15.5]);
    const doubled = softmaxRegression(Float32Array.of(1, -1, -1, 3), [1, 0, 0, 0], { classes: 2, l2: 0.1 });
    const weighted = softmaxRegression(Float32Array.of(1, -1, 3), [1, 0, 0], {
      classes: 2,
      l2: 0.1,
      weights: [1, 2, 1],
    });
    expect([...weighted.weight]).toEqual([...doubled.weight].map((w) => expect.closeTo(w, 4)));
  });

  it("refuses what makes no sense", () => {
    const regress = (features: Float32Array, labels: number[], more = {}) =>
      softmaxRegression(features, labels, { classes: 2, l2: 1, ...more });
    expect(() => regress(Float32Array.of(1, Number.NaN, 2, 3), [0, 1])).toThrow("row 1, column 2: the feature is NaN");
    expect(() => regress(Float32Array.of(1, 2, 3), [0, 1])).toThrow(/3 values do not make 2 rows/);
    expect(() => regress(Float32Array.of(1, 2), [0, 2])).toThrow(/label 2/);
    expect(() => regress(Float32Array.of(1, 2), [0, 1], { l2: -1 })).toThrow(/λ is -1/);
    expect(() => regress(Float32Array.of(1, 2), [0, 1], { weights: [0, 0] })).toThrow(/not all 0/);
  });
});
