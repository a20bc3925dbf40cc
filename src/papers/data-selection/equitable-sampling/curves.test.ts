import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { averageLearningCurve } from "./average-curve.ts";
import { type Curve, type FitCurveOptions, fitLearningCurve, powerCurve, saturatingCurve } from "./curves.ts";
import { iterativeRidge, predictLinear, rSquared } from "./ridge.ts";
import { subsampleCurve } from "./subsample-curve.ts";

const sizes = [40, 80, 160, 320, 640];
const on = (curve: Curve) => sizes.map((n) => ({ n, score: curve.value(n) }));

describe("a learning curve", () => {
  it.each([saturatingCurve(0.6, 120), saturatingCurve(0.2, 3000), powerCurve(0.9, 1.4, 0.4), powerCurve(0.5, 0, 1)])(
    "has the slope of its values and an inverse (%#)",
    (curve) => {
      for (const n of [5, 50, 900]) {
        const step = 1e-4 * n;
        const slope = (curve.value(n + step) - curve.value(n - step)) / (2 * step);
        expect(curve.derivative(n)).toBeCloseTo(slope, 8);
        if (slope > 0) expect(curve.inverse(curve.value(n))).toBeCloseTo(n, 6);
      }
      expect(curve.inverse(curve.limit + 0.01)).toBe(Number.POSITIVE_INFINITY);
      expect(curve.value(1e12)).toBeCloseTo(curve.limit, 4);
    },
  );

  it("is found again from noiseless points", () => {
    const [A, kappa] = fitLearningCurve(on(saturatingCurve(0.55, 217)), { prior: false }).params;
    expect(A).toBeCloseTo(0.55, 5);
    expect(kappa).toBeCloseTo(217, 2);
    const power = fitLearningCurve(on(powerCurve(0.8, 1.3, 0.37)), { family: "power" });
    expect(power.rmse).toBeLessThan(1e-6);
    for (const [i, wanted] of [0.8, 1.3, 0.37].entries()) expect(power.params[i]).toBeCloseTo(wanted, 3);
  });

  it("is held back by the prior only while points are few and noisy", () => {
    const flat = [
      { n: 40, score: 0.01 },
      { n: 80, score: -0.02 },
    ];
    expect(fitLearningCurve(flat, { prior: false }).params[0]).toBeLessThan(0.01);
    expect(fitLearningCurve(flat).value(1000) - fitLearningCurve(flat).value(100)).toBeGreaterThan(0.02);
    expect(fitLearningCurve(on(saturatingCurve(0.5, 300))).params[0]).toBeCloseTo(0.5, 6);
  });

  it("is averaged: sharp with much data, hopeful with little", () => {
    const exact = on(saturatingCurve(0.6, 120)).map(({ n, score }) => ({ n: 1000 * n, score }));
    const truth = saturatingCurve(0.6, 120_000);
    const sharp = averageLearningCurve(exact, { kappaRange: [1e4, 1e6], middle: 1e5 });
    for (const { n } of exact) expect(Math.abs(sharp.value(n) - truth.value(n))).toBeLessThan(0.02);
    const flat = [
      { n: 40, score: 0 },
      { n: 80, score: -0.02 },
    ];
    const hopeful = averageLearningCurve(flat);
    expect(hopeful.value(400) - hopeful.value(100)).toBeGreaterThan(0.05);
    const step = (hopeful.value(100.01) - hopeful.value(99.99)) / 0.02;
    expect(hopeful.derivative(100)).toBeCloseTo(step, 8);
    expect(hopeful.value(hopeful.inverse(0.2))).toBeCloseTo(0.2, 8);
    expect(hopeful.inverse(hopeful.limit)).toBe(Number.POSITIVE_INFINITY);
  });

  it("rises and bends down whatever the points", () => {
    const points = fc.uniqueArray(
      fc.record({ n: fc.integer({ min: 1, max: 5000 }), score: fc.double({ min: -2, max: 2, noNaN: true }) }),
      { selector: ({ n }) => n, minLength: 2, maxLength: 12 },
    );
    const options: fc.Arbitrary<FitCurveOptions | undefined> = fc.option(
      fc.record({
        family: fc.constantFrom("saturating" as const, "power" as const),
        prior: fc.boolean(),
      }),
      { nil: undefined },
    );
    fc.assert(
      fc.property(points, options, (given, chosen) => {
        const curve = chosen ? fitLearningCurve(given, chosen) : averageLearningCurve(given);
        const [a, b, c] = [10, 200, 390].map((n) => curve.value(n)) as [number, number, number];
        expect(b - a).toBeGreaterThanOrEqual(-1e-12);
        expect(c - b).toBeGreaterThanOrEqual(-1e-12);
        expect(c - b).toBeLessThanOrEqual(b - a + 1e-9);
        expect(curve.limit).toBeLessThanOrEqual(1);
      }),
      { numRuns: 80 },
    );
  });

  it.each([
    [[{ n: 10, score: 0.2 }], /two different sample counts/],
    [
      [
        { n: 10, score: 0.2 },
        { n: 10, score: 0.3 },
      ],
      /two different sample counts/,
    ],
    [
      [
        { n: 10, score: Number.NaN },
        { n: 20, score: 0.3 },
      ],
      /n = 10 is NaN/,
    ],
    [
      [
        { n: 0, score: 0.1 },
        { n: 20, score: 0.3 },
      ],
      /n = 0/,
    ],
  ])("refuses %j", (points, message) => {
    expect(() => fitLearningCurve(points)).toThrow(message);
  });
});

describe("measuring a curve", () => {
  const width = 6;
  const draw = (count: number, random: Random) => {
    const features = Float32Array.from({ length: count * width }, () => random.normal());
    const targets = Float64Array.from(
      { length: count },
      (_, i) => (features[i * width] as number) - (features[i * width + 1] as number) + random.normal(),
    );
    return { features, targets, width };
  };

  it("solves the normal equations of ridge regression", () => {
    const data = draw(50, new Random(3));
    const beta = iterativeRidge(data, 2, { tolerance: 1e-12 });
    const errors = predictLinear(beta, data.features).map((p, i) => (data.targets[i] as number) - p);
    for (let j = 0; j < width; j++) {
      const gradient = errors.reduce((sum, e, i) => sum + e * (data.features[i * width + j] as number), 0);
      expect(gradient).toBeCloseTo(2 * (beta[j] as number), 8);
    }
    const warm = iterativeRidge(data, 2, { tolerance: 1e-12, start: beta });
    for (let j = 0; j < width; j++) expect(warm[j]).toBeCloseTo(beta[j] as number, 10);
  });

  it("scores cross-validated predictions at the size trained on, without seeing the held-out part", () => {
    const data = draw(100, new Random(4));
    const seen: number[] = [];
    const learner = {
      fitPredict: (train: typeof data, features: Float32Array) => {
        seen.push(train.targets.length);
        const rows = new Set(Array.from({ length: train.targets.length }, (_, i) => train.features[i * width]));
        for (let i = 0; i < features.length; i += width) expect(rows.has(features[i])).toBe(false);
        return predictLinear(iterativeRidge(train, 1), features);
      },
      score: rSquared,
    };
    const points = subsampleCurve(data, learner, { random: new Random(5) });
    expect(points.map(({ n }) => n)).toEqual([20, 40, 80]);
    expect(new Set(seen)).toEqual(new Set([20, 40, 80]));
    expect(points[2]?.score).toBeGreaterThan(0.5); // the best is 2/3
    expect(points[2]?.score).toBeLessThan(0.75);
    expect(subsampleCurve(draw(9, new Random(1)), learner, { random: new Random(5) })).toEqual([]);
  });
});
