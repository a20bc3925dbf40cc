import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { invertPositiveDefinite } from "../../kit/cholesky.ts";
import { Random } from "../../kit/random.ts";
import { GaussianNaiveBayes } from "./gaussian-naive-bayes.ts";
import { OnlineLogistic } from "./online-logistic.ts";
import { addRecord, leverage, scaledIdentity } from "./rank-one.ts";
import { RecursiveLeastSquares } from "./recursive-least-squares.ts";
import { checkRecord } from "./stream-learner.ts";

const records = (count: number, d: number, seed: number) => {
  const random = new Random(seed);
  return Array.from({ length: count }, () => Float64Array.from({ length: d }, () => random.normal()));
};

describe("OnlineLogistic", () => {
  it("steps down the gradient of the log-loss, for two classes and for more", () => {
    for (const classes of [2, 4]) {
      const learner = new OnlineLogistic({ dimension: 3, classes, rate: 0.3 });
      const random = new Random(classes);
      for (const x of records(30, 3, 5)) learner.learnOne(x, random.int(0, classes - 1));
      const [x] = records(1, 3, 6);
      if (!x) throw new Error("no record");
      const before = learner.toJSON();
      const y = 1;
      learner.learnOne(x, y, 0.5);
      const after = learner.toJSON();
      for (let i = 0; i < before.weights.length; i++) {
        const loss = (by: number) => {
          const weights = [...before.weights];
          weights[i] = (weights[i] ?? 0) + by;
          return -Math.log(OnlineLogistic.from({ ...before, weights }).predictProba(x)[y] ?? 0);
        };
        const slope = (loss(1e-5) - loss(-1e-5)) / 2e-5;
        expect((after.weights[i] ?? 0) - (before.weights[i] ?? 0)).toBeCloseTo(-0.3 * 0.5 * slope, 8);
      }
    }
  });

  it("learns a separating direction, and continues from JSON to the bit", () => {
    const learner = new OnlineLogistic({ dimension: 2 });
    for (const x of records(500, 2, 1)) learner.learnOne(x, +((x[0] ?? 0) > 0));
    const copy = OnlineLogistic.from(JSON.parse(JSON.stringify(learner)));
    let wrong = 0;
    for (const x of records(400, 2, 2)) {
      const y = +((x[0] ?? 0) > 0);
      const p = learner.predictProba(x)[1] ?? 0;
      expect(copy.predictProba(x)[1]).toBe(p);
      if (p > 0.5 !== (y === 1)) wrong++;
      learner.learnOne(x, y);
      copy.learnOne(x, y);
    }
    expect(wrong).toBeLessThan(30);
  });

  it("makes room for a new class without changing the odds of the others", () => {
    const learner = new OnlineLogistic({ dimension: 2, unseen: "grow", rate: 0.2 });
    for (const x of records(100, 2, 1)) learner.learnOne(x, +((x[0] ?? 0) > 0));
    const x = Float64Array.of(0.4, -0.3);
    const [a = 0, b = 0] = learner.predictProba(x);
    learner.learnOne(x, 3, 0);
    const p = learner.predictProba(x);
    expect(learner.classes).toBe(4);
    expect((p[1] ?? 0) / (p[0] ?? 1)).toBeCloseTo(b / a, 10);
    expect(() => new OnlineLogistic({ dimension: 2 }).learnOne(x, 2)).toThrow(/label 2 is not below .* 2/);
    expect(() => learner.learnOne(x, 0.5)).toThrow(/not a class number/);
    expect(() => learner.predictProba(new Float64Array(3))).toThrow(/3 values and 2/);
  });
});

describe("GaussianNaiveBayes", () => {
  it("learns nothing from a record of weight 0, of a class with records or without", () => {
    const learner = new GaussianNaiveBayes({ dimension: 2, classes: 3 });
    learner.learnOne(Float64Array.of(1, 2), 0);
    const before = learner.toJSON();
    for (const y of [0, 2]) learner.learnOne(Float64Array.of(3, 4), y, 0);
    expect(learner.toJSON()).toEqual(before);
  });

  it("holds the weighted means and variances of what it has seen, older records counting less", () => {
    const forgetting = 0.9;
    const xs = records(40, 2, 3);
    const random = new Random(4);
    const ys = xs.map(() => random.int(0, 2));
    const learner = new GaussianNaiveBayes({ dimension: 2, classes: 3, forgetting });
    for (const [i, x] of xs.entries()) learner.learnOne(x, ys[i] ?? 0);
    const { counts, means, variances } = learner.toJSON();
    for (let k = 0; k < 3; k++) {
      const weights = xs.map((_, i) => (ys[i] === k ? forgetting ** (xs.length - 1 - i) : 0));
      const total = weights.reduce((a, b) => a + b, 0);
      expect(counts[k]).toBeCloseTo(total, 10);
      for (let j = 0; j < 2; j++) {
        const mean = xs.reduce((s, x, i) => s + (weights[i] ?? 0) * (x[j] ?? 0), 0) / total;
        const variance = xs.reduce((s, x, i) => s + (weights[i] ?? 0) * ((x[j] ?? 0) - mean) ** 2, 0) / total;
        expect(means[k * 2 + j]).toBeCloseTo(mean, 10);
        expect(variances[k * 2 + j]).toBeCloseTo(variance, 10);
      }
    }
  });

  it("is even before the first label, follows the posterior of two known Gaussians, and survives JSON", () => {
    const learner = new GaussianNaiveBayes({ dimension: 1, forgetting: 1 });
    expect([...learner.predictProba(Float64Array.of(3))]).toEqual([0.5, 0.5]);
    const random = new Random(7);
    for (let i = 0; i < 6000; i++) learner.learnOne(Float64Array.of(random.normal(i % 2 === 0 ? -1 : 1, 1)), i % 2);
    for (const x of [-1, 0, 0.5]) {
      const copy = GaussianNaiveBayes.from(JSON.parse(JSON.stringify(learner)));
      expect(copy.predictProba(Float64Array.of(x))[1]).toBeCloseTo(1 / (1 + Math.exp(-2 * x)), 1);
    }
  });

  it("refuses settings that make no sense", () => {
    expect(() => new GaussianNaiveBayes({ dimension: 1, forgetting: 0 })).toThrow(/forgetting 0/);
    expect(() => new GaussianNaiveBayes({ dimension: 0 })).toThrow(/dimension 0/);
    expect(() => new OnlineLogistic({ dimension: 1, classes: 1 })).toThrow(/1 classes/);
    expect(() => new RecursiveLeastSquares({ dimension: 1, ridge: 0 })).toThrow(/ridge 0/);
  });
});

describe("rank-one steps and least squares", () => {
  it("equal the direct inverse to 1e-9 after 200 records", () => {
    const d = 6;
    const P = scaledIdentity(d, 1 / 0.01);
    const A = scaledIdentity(d, 0.01);
    for (const x of records(200, d, 9)) {
      const lever = leverage(P, x);
      expect(addRecord(P, x, new Float64Array(d))).toBeCloseTo(lever, 9);
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++) A[i * d + j] = (A[i * d + j] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0);
    }
    const direct = invertPositiveDefinite(A, d);
    for (let i = 0; i < d * d; i++) expect(Math.abs((P[i] ?? 0) - (direct?.[i] ?? 1))).toBeLessThan(1e-9);
    expect(invertPositiveDefinite(Float64Array.of(1, 1, 1, 1), 2)).toBeUndefined();
  });

  it("solves the discounted normal equations", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1000 }), fc.constantFrom(1, 0.95), (seed, forgetting) => {
        const d = 3;
        const xs = records(25, d, seed);
        const random = new Random(seed);
        const ys = xs.map((x) => 2 * (x[0] ?? 0) - (x[2] ?? 0) + random.normal());
        const learner = new RecursiveLeastSquares({ dimension: d, ridge: 0.1, forgetting });
        for (const [i, x] of xs.entries()) learner.learnOne(x, ys[i] ?? 0, 1 + (i % 2));
        const w = RecursiveLeastSquares.from(JSON.parse(JSON.stringify(learner))).weights;
        // The gradient of the objective vanishes at its minimum.
        for (let j = 0; j < d; j++) {
          let gradient = forgetting ** xs.length * 0.1 * (w[j] ?? 0);
          for (const [i, x] of xs.entries()) {
            const error = (ys[i] ?? 0) - x.reduce((s, v, k) => s + v * (w[k] ?? 0), 0);
            gradient -= forgetting ** (xs.length - 1 - i) * (1 + (i % 2)) * error * (x[j] ?? 0);
          }
          expect(Math.abs(gradient)).toBeLessThan(1e-8);
        }
      }),
      { numRuns: 20 },
    );
  });

  it("names a value that is not finite", () => {
    expect(() => checkRecord([1, Number.NaN], 2, "record 7")).toThrow("value 1 of record 7 is NaN");
  });
});
