import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { Random } from "../../../kit/random.ts";
import { fftReport } from "./correction-patterns.ts";
import { exactPatterns } from "./exact-patterns.ts";
import { leadProbability } from "./forecast.ts";
import { sampleSpurious, spuriousModel } from "./spurious-model.ts";
import { voteAccuracy } from "./vote-accuracy.ts";

const disjoint = (nv: number, ns: number) => ({ nv1: nv, ns1: ns, nv2: nv, ns2: ns });
const same = (nv: number, ns: number) => ({ ...disjoint(nv, ns), nvo: nv, nso: ns });

/** All K^n outcomes of n votes one by one: the plainest way to count. */
function bruteForce(K: number, p: number, lead: number, weights: readonly number[]): number {
  let total = 0;
  for (let outcome = 0; outcome < K ** weights.length; outcome++) {
    const scores = new Array<number>(K).fill(0);
    scores[0] = lead;
    let [chance, rest] = [1, outcome];
    for (const weight of weights) {
      const vote = rest % K;
      rest = Math.floor(rest / K);
      chance *= vote === 0 ? 1 - p + p / K : p / K;
      scores[vote] = (scores[vote] as number) + weight;
    }
    const top = Math.max(...scores);
    if (top - (scores[0] as number) < 1e-9) total += chance / scores.filter((score) => top - score < 1e-9).length;
  }
  return total;
}

describe("the exact accuracy of the voting model", () => {
  it("is that of the paper's example and of its neighbours", () => {
    const rounded = (K: number, p: number, nv: number, ns: number) => {
      const model = spuriousModel({ K, p });
      return [model.exactAccuracy({ nv, ns }), model.exactEnsembleAccuracy(disjoint(nv, ns))].map((x) => x.toFixed(4));
    };
    expect(rounded(3, 0.9, 2, 3)).toEqual(["0.8650", "0.9730"]);
    expect(rounded(3, 0.7, 2, 3)).toEqual(["0.9365", "0.9931"]);
    expect(rounded(3, 0.8, 5, 20)).toEqual(["0.9825", "0.9992"]);
  });

  it("agrees with going through all outcomes, for any weights, classes and leads", () => {
    const cases = fc.record({
      K: fc.integer({ min: 2, max: 5 }),
      p: fc.double({ min: 0, max: 1, noNaN: true }),
      lead: fc.constantFrom(0, 1, 2, 2.5),
      counts: fc.tuple(fc.nat(3), fc.nat(2), fc.nat(1)),
      weights: fc.shuffledSubarray([1, 2, 0.7, 4, 0.1, 3], { minLength: 3, maxLength: 3 }),
    });
    fc.assert(
      fc.property(cases, ({ K, p, lead, counts, weights }) => {
        const groups = counts.map((count, g) => ({ count, weight: weights[g] ?? 0 }));
        const votes = groups.flatMap(({ count, weight }) => new Array<number>(count).fill(weight));
        expect(voteAccuracy({ K, p }, lead, groups)).toBeCloseTo(bruteForce(K, p, lead, votes), 10);
      }),
      { numRuns: 60 },
    );
  });

  it("has the limits that symmetry and certainty dictate", () => {
    for (const K of [2, 3, 10]) {
      const at = (p: number) => spuriousModel({ K, p });
      expect(at(0.9).exactAccuracy({ nv: 1, ns: 0 })).toBe(1);
      expect(at(0.4).exactAccuracy({ nv: 0, ns: 1 })).toBeCloseTo(1 - (0.4 * (K - 1)) / K, 12);
      expect(at(0).exactAccuracy({ nv: 0, ns: 5 })).toBeCloseTo(1, 12);
      expect(at(1).exactAccuracy({ nv: 0, ns: 7 })).toBeCloseTo(1 / K, 12);
      expect(at(1).exactAccuracy({ nv: 0, ns: 0 })).toBeCloseTo(1 / K, 12);
    }
  });

  it("gains nothing where both models have the same features, and loses with overconfidence", () => {
    const model = spuriousModel({ K: 3, p: 0.9 });
    const single = model.exactAccuracy({ nv: 2, ns: 3 });
    for (const space of ["output", "weight"] as const) {
      expect(model.exactEnsembleAccuracy(same(2, 3), { space })).toBeCloseTo(single, 12);
    }
    const sweep = [1, 2, 3, 5, 100].map((lambda) => model.exactEnsembleAccuracy(disjoint(2, 3), { lambda }));
    expect(sweep.map((x) => x.toFixed(4))).toEqual(["0.9730", "0.9665", "0.9531", "0.9368", "0.9351"]);
    expect(model.exactEnsembleAccuracy(disjoint(2, 3), { lambda: 0 })).toBeCloseTo(single, 12);
  });

  it("does not mind which model comes first, and weighs shared invariant features more in weight space", () => {
    const model = spuriousModel({ K: 4, p: 0.85 });
    const pair = { nv1: 3, ns1: 7, nv2: 2, ns2: 5, nvo: 1, nso: 2 };
    const swapped = { nv1: 2, ns1: 5, nv2: 3, ns2: 7, nvo: 1, nso: 2 };
    for (const space of ["output", "weight"] as const) {
      const [one, other] = [pair, swapped].map((features) => model.exactEnsembleAccuracy(features, { space }));
      expect(one).toBeCloseTo(other ?? 0, 12);
    }
    const shared = { ...disjoint(1, 8), nvo: 1 };
    expect(model.exactEnsembleAccuracy(shared, { space: "weight" })).toBeGreaterThan(
      model.exactEnsembleAccuracy(shared) + 0.05,
    );
  });

  it("refuses what is no model, and what is too much to count", () => {
    const model = spuriousModel({ K: 10, p: 0.5 });
    const refusals: [() => unknown, RegExp][] = [
      [() => spuriousModel({ K: 1, p: 0.5 }), /K is 1/],
      [() => spuriousModel({ K: 3, p: 1.5 }), /p is 1\.5/],
      [() => spuriousModel({ K: 3, p: Number.NaN }), /p is NaN/],
      [() => model.exactAccuracy({ nv: -1, ns: 2 }), /nv is -1/],
      [() => model.exactEnsembleAccuracy({ ...disjoint(2, 3), nso: 4 }), /nso is 4.*cannot share more/],
      [() => model.exactEnsembleAccuracy({ ...disjoint(2, 3), nvo: 3 }), /nvo is 3/],
      [() => model.exactEnsembleAccuracy(disjoint(2, 3), { lambda: -1 }), /lambda is -1/],
      [() => model.exactEnsembleAccuracy(disjoint(2, 1000), { lambda: 1.5 }), /too many to enumerate.*forecast/],
      [() => exactPatterns({ K: 10, p: 0.5 }, disjoint(2, 30)), /too many to go through.*Sample/],
    ];
    for (const [attempt, message] of refusals) {
      let caught: unknown;
      try {
        attempt();
      } catch (error) {
        caught = error;
      }
      expect(isBadInput(caught), String(message)).toBe(true);
      expect((caught as Error).message).toMatch(message);
    }
  });
});

describe("the forecast for many features", () => {
  it("nears the exact accuracy as features are added", () => {
    for (const { K, p } of [
      { K: 2, p: 0.9 },
      { K: 3, p: 0.9 },
      { K: 5, p: 0.95 },
    ]) {
      const model = spuriousModel({ K, p });
      const error = (n: number): number =>
        Math.abs(model.forecastAccuracy({ nv: n / 20, ns: n }) - model.exactAccuracy({ nv: n / 20, ns: n }));
      expect(error(20)).toBeLessThan(0.05);
      expect(error(140)).toBeLessThan(error(20) / 2);
    }
  });

  it("is F_p, which is increasing and has closed forms", () => {
    for (const K of [2, 3, 10]) expect(leadProbability({ K, p: 1 }, 0)).toBeCloseTo(1 / K, 6);
    // With two classes the lead is one normal variable of variance 1 − (1 − p)².
    expect(leadProbability({ K: 2, p: 0.6 }, Math.sqrt(1 - 0.4 ** 2))).toBeCloseTo(0.8413447, 6);
    const values = [-2, -1, 0, 0.5, 1, 2, 6].map((t) => leadProbability({ K: 4, p: 0.8 }, t));
    expect(values).toEqual([...values].sort((a, b) => a - b));
    expect(values.at(-1)).toBeCloseTo(1, 8);
    expect([leadProbability({ K: 4, p: 0 }, 1), leadProbability({ K: 4, p: 0 }, 0)]).toEqual([1, 0.25]);
  });

  it("multiplies its argument by √2 for two disjoint models of one size, and by 1 at full overlap", () => {
    const shift = { K: 3, p: 0.8 };
    const model = spuriousModel(shift);
    const argument = (10 * 0.2 + 1) / Math.sqrt(10);
    expect(model.forecastAccuracy({ nv: 1, ns: 10 })).toBe(leadProbability(shift, argument));
    const both = (features: Parameters<typeof model.forecastEnsembleAccuracy>[0]) =>
      (["output", "weight"] as const).map((space) => model.forecastEnsembleAccuracy(features, { space }));
    for (const value of both(disjoint(1, 10))) {
      expect(value).toBeCloseTo(leadProbability(shift, Math.SQRT2 * argument), 12);
    }
    for (const value of both(same(1, 10))) expect(value).toBeCloseTo(leadProbability(shift, argument), 12);
    const overlapping = { nv1: 2, ns1: 9, nv2: 3, ns2: 11, nvo: 1, nso: 4 };
    const [output, weight] = both(overlapping);
    expect(output).toBeCloseTo(leadProbability(shift, (20 * 0.2 + 5) / Math.sqrt(28)), 12);
    expect(weight).toBeCloseTo(leadProbability(shift, (28 * 0.2 + 7) / Math.sqrt(76)), 12);
    expect(model.forecastAccuracy({ nv: 1, ns: 0 })).toBe(1);
  });
});

describe("who is right where, exactly", () => {
  it("has the accuracies of the enumeration and the example's shares", () => {
    const report = exactPatterns({ K: 3, p: 0.9 }, disjoint(2, 3));
    expect([report.FFT.toFixed(5), report.TTF.toFixed(5)]).toEqual(["0.00857", "0.00164"]);
    for (const space of ["output", "weight"] as const) {
      const features = { nv1: 2, ns1: 4, nv2: 1, ns2: 3, nvo: 1, nso: 2 };
      const model = spuriousModel({ K: 4, p: 0.8 });
      const { accA, accB, accEns, counts } = exactPatterns(model, features, { space, lambda: 2 });
      expect(accA).toBeCloseTo(model.exactAccuracy({ nv: 2, ns: 4 }), 12);
      expect(accB).toBeCloseTo(model.exactAccuracy({ nv: 1, ns: 3 }), 12);
      expect(accEns).toBeCloseTo(model.exactEnsembleAccuracy(features, { space, lambda: 2 }), 12);
      expect(Object.values(counts).reduce((sum, x) => sum + x, 0)).toBeCloseTo(1, 12);
    }
  });
});

describe("sampling the data model", () => {
  it.each([
    [2, 0.7, disjoint(2, 3)],
    [3, 0.9, { nv1: 2, ns1: 4, nv2: 1, ns2: 5, nvo: 1, nso: 2 }],
    [10, 0.8, disjoint(1, 4)],
  ])("agrees with the enumeration within four standard errors (K = %i)", (K, p, features) => {
    const draws = 20_000;
    const model = spuriousModel({ K, p });
    const sample = sampleSpurious(model, features, { draws, lambda: 1, random: new Random(7) });
    const close = (predicted: Int32Array, exact: number): void => {
      const { accEns } = fftReport(sample.first, sample.second, predicted, sample.labels);
      expect(Math.abs(accEns - exact)).toBeLessThan(4 * Math.sqrt((exact * (1 - exact)) / draws));
    };
    close(sample.first, model.exactAccuracy({ nv: features.nv1, ns: features.ns1 }));
    close(sample.second, model.exactAccuracy({ nv: features.nv2, ns: features.ns2 }));
    close(sample.output, model.exactEnsembleAccuracy(features));
    close(sample.weight, model.exactEnsembleAccuracy(features, { space: "weight" }));
  });
});
