import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { mean, sd } from "../../../kit/stats.ts";
import { predictedError } from "./error-bounds.ts";
import { evaluate } from "./evaluation.ts";
import { type ContinualMechanism, monotone } from "./mechanism.ts";
import { noiseSource } from "./noise.ts";
import { noisyArgmax, optimalPeriod, recomputeMaxSum, recomputeMaxSumPure, recomputeSumSelect } from "./recompute.ts";

const zeros = (T: number, d = 1) => Array.from({ length: T }, () => new Uint8Array(d));
const ones = (T: number, d = 1) => Array.from({ length: T }, () => new Uint8Array(d).fill(1));
const run = (mechanism: ContinualMechanism<number>, stream: Iterable<Uint8Array>): number[] =>
  Array.from(stream, (x) => mechanism.step(x));

describe("recomputeMaxSum", () => {
  it("spends exactly rho in ⌊T/r⌋ releases, and nothing on the tail", () => {
    const mechanism = recomputeMaxSum({ T: 103, d: 2, rho: 0.5, r: 10, seed: 1 });
    const stream = ones(103, 2);
    run(mechanism, stream.slice(0, 100));
    expect(mechanism.ledger.count).toBe(10);
    expect(mechanism.ledger.spent).toBeCloseTo(0.5, 12);
    run(mechanism, stream.slice(100));
    expect(mechanism.ledger.count).toBe(10);
    expect(mechanism.ledger.entries).toEqual([
      { what: "max-sum, Gaussian", first: 10, last: 100, count: 10, every: 10, cost: expect.closeTo(0.05, 12) },
    ]);
  });

  it("adds a fresh Gaussian of √(T/2ρ) at every step when r = 1", () => {
    const [T, rho, seed] = [50, 0.3, 11];
    const answers = run(recomputeMaxSum({ T, d: 1, rho, r: 1, seed }), ones(T));
    const random = new Random(seed);
    const expected = answers.map((_, i) => i + 1 + Math.sqrt(T / (2 * rho)) * random.normal());
    for (const [i, answer] of answers.entries()) expect(answer).toBeCloseTo(expected[i] as number, 9);
  });

  it("says 0 before its first release and repeats each until the next", () => {
    const answers = run(recomputeMaxSum({ T: 10, d: 1, rho: 1, r: 4, seed: 3 }), ones(10));
    expect(answers.slice(0, 3)).toEqual([0, 0, 0]);
    expect(new Set(answers.slice(3, 7)).size).toBe(1);
    expect(new Set(answers.slice(7)).size).toBe(1);
    expect(answers[3]).not.toBe(answers[7]);
  });

  it("spends the whole budget on one release when r = T: the noise of the batch", () => {
    const last = Array.from({ length: 2000 }, (_, seed) => {
      const mechanism = recomputeMaxSum({ T: 5, d: 1, rho: 0.5, r: 5, seed });
      return (run(mechanism, ones(5))[4] as number) - 5;
    });
    expect(mean(last)).toBeCloseTo(0, 1);
    expect(sd(last)).toBeGreaterThan(0.94);
    expect(sd(last)).toBeLessThan(1.06);
  });

  it("refuses bad options, records and steps past the horizon, and stays as it was", () => {
    const base = { T: 4, d: 2, rho: 1, seed: 1 };
    for (const bad of [{ rho: 0 }, { rho: -1 }, { rho: Number.NaN }, { T: 0 }, { T: 2.5 }, { T: 2 ** 31 }, { d: 0 }]) {
      expect(() => recomputeMaxSum({ ...base, ...bad })).toThrow(RangeError);
    }
    for (const r of [0, 5, 1.5, -1]) expect(() => recomputeMaxSum({ ...base, r })).toThrow(/period r/);
    const mechanism = recomputeMaxSum({ ...base, r: 1 });
    expect(() => mechanism.step(new Uint8Array(3))).toThrow(/3 entries and 2/);
    expect(() => mechanism.step(Float64Array.of(0.5, 1.5))).toThrow(/entry 1 of the record is 1.5/);
    expect(() => mechanism.step(Float64Array.of(Number.NaN, 0))).toThrow(/outside \[0, 1\]/);
    expect(mechanism.time).toBe(0);
    run(mechanism, zeros(4, 2));
    expect(() => mechanism.step(new Uint8Array(2))).toThrow(/step 5 is past the horizon T = 4/);
    expect(mechanism.ledger.count).toBe(4);
  });

  it("is the same for the same seed, other for another, and starts again by reset", () => {
    const make = (seed: number) => recomputeMaxSum({ T: 400, d: 1, rho: 0.5, r: 1, seed });
    const [a, b] = [run(make(1), zeros(400)), run(make(2), zeros(400))];
    expect(run(make(1), zeros(400))).toEqual(a);
    const correlation = mean(a.map((x, i) => x * (b[i] as number))) / (sd(a) * sd(b));
    expect(Math.abs(correlation)).toBeLessThan(0.2);
    const mechanism = make(2);
    run(mechanism, ones(400));
    mechanism.reset(1);
    expect(run(mechanism, zeros(400))).toEqual(a);
    expect(mechanism.ledger.spent).toBeCloseTo(0.5, 12);
  });

  it("draws other noise every time without a seed, of the right size", () => {
    const draw = () => run(recomputeMaxSum({ T: 2000, d: 1, rho: 0.5, r: 1 }), zeros(2000));
    const [a, b] = [draw(), draw()];
    expect(a).not.toEqual(b);
    expect(sd(a) / Math.sqrt(2000)).toBeGreaterThan(0.9);
    expect(sd(a) / Math.sqrt(2000)).toBeLessThan(1.1);
  });

  it("has sensitivity 1: replacing a record moves no maximum of a prefix by more than 1", () => {
    const records = [0, 1, 2, 3].map((bits) => [bits & 1, bits >> 1]);
    const maxima = (stream: readonly number[][]): number[] => {
      const sums = [0, 0];
      return stream.map((x) => {
        for (let j = 0; j < 2; j++) sums[j] = (sums[j] as number) + (x[j] as number);
        return Math.max(...sums);
      });
    };
    let largest = 0;
    for (let code = 0; code < 4 ** 4; code++) {
      const stream = [0, 1, 2, 3].map((i) => records[(code >> (2 * i)) & 3] as number[]);
      const before = maxima(stream);
      for (let at = 0; at < 4; at++) {
        for (const other of records) {
          const after = maxima(stream.map((x, i) => (i === at ? other : x)));
          largest = Math.max(largest, ...after.map((value, i) => Math.abs(value - (before[i] as number))));
        }
      }
    }
    expect(largest).toBe(1);
  });
});

describe("optimalPeriod", () => {
  it.each(["max-sum", "sum-select"] as const)("comes close to the least bound on %s", (problem) => {
    fc.assert(
      fc.property(
        fc.integer({ min: 20, max: 3000 }),
        fc.double({ min: 0.05, max: 5, noNaN: true }),
        fc.integer({ min: 1, max: 300 }),
        (T, rho, d) => {
          const bound = (r: number) => predictedError({ T, d, rho, problem, mechanism: "recompute", r });
          const least = Math.min(...Array.from({ length: T }, (_, i) => bound(i + 1)));
          // The number of releases is whole, which moves the bound by up to 1/m besides.
          const r = optimalPeriod(T, rho, { problem, d });
          expect(bound(r)).toBeLessThan(least * (1.03 + r / T));
        },
      ),
      { numRuns: 60 },
    );
  });

  it("grows like the cube root of T/ρ", () => {
    expect(optimalPeriod(8e6, 1) / optimalPeriod(1e6, 1)).toBeGreaterThan(2);
    expect(optimalPeriod(8e6, 1) / optimalPeriod(1e6, 1)).toBeLessThan(2.15);
    expect(optimalPeriod(1, 1)).toBe(1);
  });
});

describe("recomputeMaxSumPure", () => {
  it("spends ε in m Laplace releases of scale m/ε", () => {
    const [T, eps, r] = [4000, 2, 10];
    const mechanism = recomputeMaxSumPure({ T, d: 1, eps, r, seed: 5 });
    const answers = run(mechanism, zeros(T)).filter((_, i) => (i + 1) % r === 0);
    expect(mechanism.ledger.count).toBe(400);
    expect(mechanism.ledger.spent).toBeCloseTo((400 * (eps / 400) ** 2) / 2, 12);
    expect(mechanism.ledger.spent).toBeCloseTo(mechanism.rho, 12);
    // E|Laplace(b)| = b
    expect(mean(answers.map(Math.abs)) / (400 / eps)).toBeGreaterThan(0.85);
    expect(mean(answers.map(Math.abs)) / (400 / eps)).toBeLessThan(1.15);
  });
});

describe("sum-select", () => {
  it("chooses by the exponential mechanism: probabilities in proportion to exp(ε₀S/2)", () => {
    const sums = [3, 5, 4, 0];
    const eps0 = 1.2;
    const source = noiseSource(8);
    const draws = 40_000;
    const counts = sums.map(() => 0);
    for (let i = 0; i < draws; i++) {
      const chosen = noisyArgmax(sums, eps0, source);
      counts[chosen] = (counts[chosen] ?? 0) + 1;
    }
    const weights = sums.map((s) => Math.exp((eps0 * s) / 2));
    const total = weights.reduce((a, b) => a + b, 0);
    for (const [j, count] of counts.entries()) {
      const p = (weights[j] as number) / total;
      expect(Math.abs(count / draws - p)).toBeLessThan(4 * Math.sqrt((p * (1 - p)) / draws));
    }
  });

  it("spends rho, answers column 0 first and finds a clear leader", () => {
    const stream = Array.from({ length: 200 }, () => Uint8Array.of(0, 1, 0));
    const mechanism = recomputeSumSelect({ T: 200, d: 3, rho: 2, seed: 4, r: 20 });
    const { path } = evaluate(mechanism, stream);
    expect([...path.answers.slice(0, 19)]).toEqual(new Array(19).fill(0));
    expect([...path.answers.slice(39)]).toEqual(new Array(161).fill(1));
    expect(mechanism.ledger.spent).toBeCloseTo(2, 12);
  });
});

describe("monotone", () => {
  it("never falls, stays in [0, t], and never enlarges the worst error", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e6 }), fc.integer({ min: 1, max: 20 }), (seed, r) => {
        const random = new Random(seed);
        const stream = Array.from({ length: 60 }, () => Uint8Array.of(+random.bool(0.3), +random.bool(0.6)));
        const options = { T: 60, d: 2, rho: 0.5, r, seed };
        const plain = evaluate(recomputeMaxSum(options), stream);
        const rising = evaluate(monotone(recomputeMaxSum(options)), stream);
        expect(rising.errMax).toBeLessThanOrEqual(plain.errMax + 1e-9);
        for (const [i, answer] of rising.path.answers.entries()) {
          expect(answer).toBeGreaterThanOrEqual(i > 0 ? (rising.path.answers[i - 1] as number) : 0);
          expect(answer).toBeLessThanOrEqual(i + 1);
        }
      }),
      { numRuns: 100 },
    );
  });

  it("is for max-sum only", () => {
    expect(() => monotone(recomputeSumSelect({ T: 5, d: 2, rho: 1 }))).toThrow(/only max-sum/);
  });
});
