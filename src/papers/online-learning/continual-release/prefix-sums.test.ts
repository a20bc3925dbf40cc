import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { dyadicNodes, TreeNoise, treeCounter, treeLevels, treeMaxSum, treeSumSelect } from "./binary-tree.ts";
import { evaluate } from "./evaluation.ts";
import { noiseSource } from "./noise.ts";
import { NoisyPrefix } from "./noisy-prefix.ts";
import { PrivacyLedger } from "./privacy.ts";
import {
  exponentialFactors,
  FactorizationNoise,
  factorizationMaxSum,
  factorizationSumSelect,
  sqrtFactorizationCounter,
  squareRootCoefficients,
  toeplitzCoefficient,
  toeplitzSquaredNorm,
} from "./square-root-factorization.ts";

const popcount = (t: number): number => dyadicNodes(t).length;

function randomStream(T: number, d: number, seed: number): Uint8Array[] {
  const random = new Random(seed);
  return Array.from({ length: T }, () => Uint8Array.from({ length: d }, () => +random.bool()));
}

describe("binary tree", () => {
  it("covers every prefix by disjoint dyadic nodes, one for every 1 bit", () => {
    for (let t = 1; t <= 300; t++) {
      const nodes = dyadicNodes(t);
      expect(nodes.length).toBe([...t.toString(2)].filter((bit) => bit === "1").length);
      let next = 1;
      for (const [first, last] of nodes) {
        expect(first).toBe(next);
        const length = last - first + 1;
        expect(last % length).toBe(0);
        expect(Number.isInteger(Math.log2(length))).toBe(true);
        next = last + 1;
      }
      expect(next).toBe(t + 1);
    }
  });

  it.each([1, 2, 7, 8, 100])("has every record in at most ⌊log2 T⌋ + 1 nodes, T = %i", (T) => {
    const nodes = new Map<string, [number, number]>();
    for (let t = 1; t <= T; t++) for (const node of dyadicNodes(t)) nodes.set(String(node), node);
    expect(treeLevels(T)).toBe(Math.floor(Math.log2(T)) + 1);
    const touched = Array.from(
      { length: T },
      (_, i) => [...nodes.values()].filter(([first, last]) => first <= i + 1 && i + 1 <= last).length,
    );
    expect(Math.max(...touched)).toBe(treeLevels(T));
  });

  it("gives exact sums without noise", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 70 }), fc.integer({ min: 1, max: 4 }), fc.nat(), (T, d, seed) => {
        const options = { T, d, rho: 1 };
        const mechanism = new NoisyPrefix("max-sum", options, new TreeNoise(options, 0));
        expect(evaluate(mechanism, randomStream(T, d, seed)).errMax).toBe(0);
      }),
      { numRuns: 40 },
    );
  });

  it("has variance popcount(t)σ² at time t, and shares the noise of shared nodes", () => {
    const options = { T: 8, d: 1, rho: 0.5 };
    const draws = 6000;
    const paths = Array.from({ length: draws }, (_, seed) => {
      const noise = new TreeNoise(options);
      const source = noiseSource(seed);
      const ledger = new PrivacyLedger();
      return Array.from({ length: 8 }, (_, i) => noise.next(i + 1, source, ledger)[0] as number);
    });
    const sigma2 = new TreeNoise(options).sigma ** 2;
    expect(sigma2).toBeCloseTo(4 / (2 * 0.5), 12);
    for (let s = 1; s <= 8; s++) {
      for (let t = s; t <= 8; t++) {
        const shared = dyadicNodes(s).filter((node) => dyadicNodes(t).some((other) => String(other) === String(node)));
        const covariance = mean(paths.map((path) => (path[s - 1] as number) * (path[t - 1] as number)));
        const spread = (4 * sigma2 * Math.sqrt(popcount(s) * popcount(t) + shared.length ** 2)) / Math.sqrt(draws);
        expect(Math.abs(covariance - shared.length * sigma2)).toBeLessThan(spread);
      }
    }
  });

  it("scales its noise with the square root of d, and pays for each level once", () => {
    const one = new TreeNoise({ T: 100, d: 1, rho: 0.5 }).sigma;
    expect(new TreeNoise({ T: 100, d: 9, rho: 0.5 }).sigma / one).toBeCloseTo(3, 12);
    const mechanism = treeMaxSum({ T: 100, d: 3, rho: 0.5, seed: 1 });
    let before = 0;
    for (const x of randomStream(100, 3, 2)) {
      mechanism.step(x);
      expect(mechanism.ledger.spent).toBeGreaterThanOrEqual(before);
      before = mechanism.ledger.spent;
    }
    expect(mechanism.ledger.count).toBe(treeLevels(100));
    expect(before).toBeCloseTo(0.5, 12);
  });
});

describe("square-root factorization", () => {
  it("squares to counting: C·C is the all-ones triangle to 1e-12", () => {
    const c = squareRootCoefficients(600);
    for (let k = 0; k < c.length; k++) {
      let sum = 0;
      for (let i = 0; i <= k; i++) sum += (c[i] as number) * (c[k - i] as number);
      expect(Math.abs(sum - 1)).toBeLessThan(1e-12);
    }
  });

  it("has the known sums of squares", () => {
    const norm = (T: number) => squareRootCoefficients(T).reduce((sum, c) => sum + c * c, 0);
    expect(norm(1)).toBe(1);
    expect(norm(2)).toBe(1.25);
    expect(norm(3)).toBe(1.25 + (3 / 8) ** 2);
    // (ln T + γ + 4 ln 2)/π for large T
    expect(norm(4096)).toBeCloseTo((Math.log(4096) + 0.5772156649 + 4 * Math.LN2) / Math.PI, 3);
  });

  it.each([1, 2, 3, 50, 2000])("is met by short sums of exponentials to a thousandth of its accuracy, T = %i", (T) => {
    const { left, right } = exponentialFactors(T);
    expect([...left.weights, ...right.weights].every((w) => w > 0)).toBe(true);
    expect(left.weights.length).toBeLessThan(2 * Math.log(T) + 10);
    const b = Array.from({ length: T }, (_, k) => toeplitzCoefficient(left, k));
    const c = Array.from({ length: T }, (_, k) => toeplitzCoefficient(right, k));
    // The product is exact, so the privacy is; only the lengths are approximate.
    for (let k = 0; k < T; k++) {
      let sum = 0;
      for (let i = 0; i <= k; i++) sum += (b[i] as number) * (c[k - i] as number);
      expect(Math.abs(sum - 1)).toBeLessThan(1e-12);
    }
    for (const [factor, values] of [
      [left, b],
      [right, c],
    ] as const) {
      const direct = values.reduce((sum, value) => sum + value * value, 0);
      expect(toeplitzSquaredNorm(factor, T) / direct).toBeCloseTo(1, 10);
      const exact = squareRootCoefficients(T).reduce((sum, value) => sum + value * value, 0);
      expect(Math.abs(Math.sqrt(direct / exact) - 1)).toBeLessThan(1e-3);
    }
  });

  it("keeps its accuracy at long horizons", () => {
    for (const T of [1e5, 1e7, 2 ** 31 - 1]) {
      const { left, right } = exponentialFactors(T);
      const exact = (Math.log(T) + 0.5772156649 + 4 * Math.LN2) / Math.PI;
      expect(Math.abs(Math.sqrt(toeplitzSquaredNorm(left, T) / exact) - 1)).toBeLessThan(1e-3);
      expect(Math.abs(Math.sqrt(toeplitzSquaredNorm(right, T) / exact) - 1)).toBeLessThan(1e-3);
    }
  });

  it("makes its noise step by step as the product with the left factor does at once", () => {
    const [T, d] = [40, 2];
    const noise = new FactorizationNoise({ T, d, rho: 0.5 }, 1);
    const source = noiseSource(9);
    const same = noiseSource(9);
    const z = Array.from({ length: T }, () => [same.normal(), same.normal()]);
    const { left } = exponentialFactors(T);
    const ledger = new PrivacyLedger();
    for (let t = 1; t <= T; t++) {
      const got = noise.next(t, source, ledger);
      for (let j = 0; j < d; j++) {
        let expected = 0;
        for (let k = 0; k < t; k++) expected += toeplitzCoefficient(left, k) * (z[t - 1 - k]?.[j] as number);
        expect(got[j]).toBeCloseTo(expected, 10);
      }
    }
  });

  it("has sensitivity ‖C‖√d, and spends rho", () => {
    const T = 500;
    const norm = Math.sqrt(squareRootCoefficients(T).reduce((sum, c) => sum + c * c, 0));
    const { sigma } = new FactorizationNoise({ T, d: 4, rho: 0.5 });
    expect(sigma / ((norm * 2) / Math.sqrt(2 * 0.5))).toBeCloseTo(1, 3);
    const mechanism = factorizationMaxSum({ T: 5, d: 1, rho: 0.7, seed: 1 });
    evaluate(mechanism, randomStream(5, 1, 1));
    expect(mechanism.ledger.spent).toBe(0.7);
  });
});

describe("answers from noisy sums", () => {
  it("count and select almost exactly with a large budget", () => {
    const counter = { T: 200, rho: 1e9, seed: 1 };
    const bits = randomStream(200, 1, 3);
    expect(evaluate(treeCounter(counter), bits).errMax).toBeLessThan(0.01);
    expect(evaluate(sqrtFactorizationCounter(counter), bits).errMax).toBeLessThan(0.01);
    const stream = randomStream(200, 5, 4);
    const options = { ...counter, d: 5 };
    for (const make of [treeMaxSum, factorizationMaxSum]) {
      expect(evaluate(make(options), stream).errMax).toBeLessThan(0.01);
    }
    for (const make of [treeSumSelect, factorizationSumSelect]) {
      expect(evaluate(make(options), stream).errMax).toBe(0);
    }
  });

  it("start again by reset", () => {
    const stream = randomStream(64, 3, 5);
    for (const make of [treeMaxSum, factorizationMaxSum]) {
      const mechanism = make({ T: 64, d: 3, rho: 1, seed: 8 });
      const first = evaluate(mechanism, stream).path.answers;
      mechanism.reset(8);
      expect(evaluate(mechanism, stream).path.answers).toEqual(first);
      mechanism.reset(9);
      expect(evaluate(mechanism, stream).path.answers).not.toEqual(first);
    }
  });
});
