import { describe, expect, it } from "vitest";
import { solvePositiveDefinite } from "../../kit/cholesky.ts";
import { logSigmoid } from "../../kit/logistic.ts";
import { Random } from "../../kit/random.ts";
import { fitLogisticRegression, fitRidge, linearScores, logisticProbabilities } from "./linear-models.ts";

function cloud(n: number, d: number, seed: number) {
  const random = new Random(seed);
  const features = Float64Array.from({ length: n * d }, () => random.normal());
  const weights = Float64Array.from({ length: n }, () => random.int(1, 4));
  return { random, features, weights };
}

/** Every row as often as its weight says. */
function repeated(features: Float64Array, targets: Float64Array, weights: Float64Array) {
  const d = features.length / targets.length;
  const rows: number[] = [];
  const values: number[] = [];
  weights.forEach((w, i) => {
    for (let c = 0; c < w; c++) {
      rows.push(...features.slice(i * d, (i + 1) * d));
      values.push(targets[i] as number);
    }
  });
  return { features: Float64Array.from(rows), targets: Float64Array.from(values) };
}

describe("Cholesky", () => {
  it("solves a system to rounding and refuses one that is not positive definite", () => {
    const { features } = cloud(9, 5, 1);
    const gram = new Float64Array(25);
    for (let i = 0; i < 9; i++)
      for (let j = 0; j < 5; j++)
        for (let k = 0; k < 5; k++)
          gram[j * 5 + k] = (gram[j * 5 + k] ?? 0) + (features[i * 5 + j] ?? 0) * (features[i * 5 + k] ?? 0);
    const x = solvePositiveDefinite(gram, [1, 2, 3, 4, 5]) ?? new Float64Array(5);
    for (let j = 0; j < 5; j++) {
      let sum = 0;
      for (let k = 0; k < 5; k++) sum += (gram[j * 5 + k] ?? 0) * (x[k] ?? 0);
      expect(sum).toBeCloseTo(j + 1, 9);
    }
    expect(solvePositiveDefinite(Float64Array.of(1, 2, 2, 1), [1, 1])).toBeUndefined();
  });
});

describe("weighted ridge regression", () => {
  it("finds an exact linear relation, far from the origin too", () => {
    const { features } = cloud(40, 3, 2);
    const shifted = features.map((x) => x + 1e4);
    const targets = Float64Array.from({ length: 40 }, (_, i) => {
      const [a, b, c] = shifted.slice(3 * i, 3 * i + 3) as unknown as [number, number, number];
      return 2 * a - b + 0.5 * c - 7;
    });
    const model = fitRidge(shifted, targets, { l2: 0 });
    expect([...model.weights].map((w) => Number(w.toFixed(6)))).toEqual([2, -1, 0.5]);
    expect(model.intercept).toBeCloseTo(-7, 4);
    expect(linearScores(model, shifted)[5]).toBeCloseTo(targets[5] as number, 6);
  });

  it("counts a row of weight 3 as three rows, and has a zero gradient at its solution", () => {
    const { features, weights, random } = cloud(30, 4, 3);
    const targets = Float64Array.from({ length: 30 }, () => random.normal());
    for (const intercept of [true, false]) {
      const model = fitRidge(features, targets, { weights, l2: 2.5, intercept });
      const many = repeated(features, targets, weights);
      const again = fitRidge(many.features, many.targets, { l2: 2.5, intercept });
      again.weights.forEach((w, j) => {
        expect(model.weights[j]).toBeCloseTo(w, 10);
      });
      expect(model.intercept).toBeCloseTo(again.intercept, 10);
      const residuals = linearScores(model, features).map((s, i) => (weights[i] ?? 0) * (s - (targets[i] ?? 0)));
      for (let j = 0; j < 4; j++) {
        const slope = residuals.reduce(
          (sum, r, i) => sum + r * (features[i * 4 + j] ?? 0),
          2.5 * (model.weights[j] ?? 0),
        );
        expect(Math.abs(slope)).toBeLessThan(1e-10);
      }
    }
  });

  it("refuses what has no answer", () => {
    expect(() => fitRidge(Float64Array.of(1, 1, 2, 2), [1, 2], { l2: 0 })).toThrow(/depend on each other/);
    expect(() => fitRidge(new Float64Array(0), [])).toThrow(/do not make 0 rows/);
    expect(() => fitRidge(Float64Array.of(1, Number.NaN), [1, 2])).toThrow("column 0 of row 1");
    expect(() => fitRidge(Float64Array.of(1, 2), [1, 2], { weights: [0, 0] })).toThrow("all weights are 0");
    expect(() => fitRidge(Float64Array.of(1, 2), [1, 2], { weights: [1, -1] })).toThrow("weight of row 1");
  });
});

describe("weighted logistic regression", () => {
  it("reaches a point with zero gradient; weights count as repetitions", () => {
    const { features, weights, random } = cloud(60, 3, 4);
    const labels = Float64Array.from({ length: 60 }, (_, i) =>
      random.bool((features[3 * i] as number) > 0 ? 0.8 : 0.3) ? 1 : 0,
    );
    const model = fitLogisticRegression(features, labels, { weights, l2: 0.3 });
    const pull = logisticProbabilities(model, features).map((p, i) => (weights[i] ?? 0) * (p - (labels[i] ?? 0)));
    expect(Math.abs(pull.reduce((sum, p) => sum + p, 0))).toBeLessThan(1e-6);
    for (let j = 0; j < 3; j++) {
      const slope = pull.reduce((sum, p, i) => sum + p * (features[i * 3 + j] ?? 0), 0.3 * (model.weights[j] ?? 0));
      expect(Math.abs(slope)).toBeLessThan(1e-6);
    }
    const many = repeated(features, labels, weights);
    const again = fitLogisticRegression(
      many.features,
      many.targets.map((y) => (y === 1 ? 1 : -1)),
      { l2: 0.3 },
    );
    again.weights.forEach((w, j) => {
      expect(model.weights[j]).toBeCloseTo(w, 7);
    });
  });

  it("matches the closed form of one binary feature: the log odds of each group", () => {
    const features = Float64Array.of(0, 1);
    const twice = Float64Array.of(...features, ...features);
    const model = fitLogisticRegression(twice, [1, 1, 0, 0], { weights: [3, 1, 5, 4], l2: 1e-9 });
    expect(model.intercept).toBeCloseTo(Math.log(3 / 5), 6);
    expect(model.weights[0]).toBeCloseTo(Math.log(1 / 4) - Math.log(3 / 5), 6);
  });

  it("stays finite on separable classes and with one class only", () => {
    const separable = fitLogisticRegression(Float64Array.of(-2, -1, 1, 2), [0, 0, 1, 1], { l2: 1e-6 });
    expect(separable.weights[0]).toBeGreaterThan(5);
    const single = fitLogisticRegression(Float64Array.of(-2, -1, 1, 2), [1, 1, 1, 1], { l2: 1 });
    expect(Number.isFinite(single.intercept) && single.intercept > 10).toBe(true);
    expect(logSigmoid(-800)).toBe(-800);
    expect(() => fitLogisticRegression(Float64Array.of(1, 2), [0, 2], { l2: 1 })).toThrow("label 2 of row 1");
    expect(() => fitLogisticRegression(Float64Array.of(1, 2), [0, 1], { l2: 0 })).toThrow("above 0");
  });
});
