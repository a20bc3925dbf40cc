import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sigmoid } from "../../../kit/logistic.ts";
import { batchWeights, inversePropensityWeight, unjudgedRelevance, unjudgedRelevanceLogit } from "./propensity.ts";

const anyScore = fc.double({ min: -30, max: 30, noNaN: true });

describe("inversePropensityWeight", () => {
  it("is 1 / (1 − σ(s/τ)) = 1 + e^{s/τ}, grows with the score and is 2 at 0", () => {
    expect(inversePropensityWeight(0, 2)).toBe(2);
    fc.assert(
      fc.property(anyScore, fc.double({ min: 0.5, max: 10, noNaN: true }), (s, tau) => {
        const w = inversePropensityWeight(s, tau);
        expect(w / (1 + Math.exp(s / tau))).toBeCloseTo(1, 12);
        if (s < 10) expect(w * (1 - sigmoid(s / tau))).toBeCloseTo(1, 6);
        expect(inversePropensityWeight(s + 0.1, tau)).toBeGreaterThanOrEqual(w);
      }),
    );
  });

  it("tends to 2 for every score as τ grows, and respects its bound", () => {
    for (const s of [-20, 0, 20]) expect(inversePropensityWeight(s, 1e9)).toBeCloseTo(2, 6);
    expect(inversePropensityWeight(-5, Number.POSITIVE_INFINITY)).toBe(2);
    expect(inversePropensityWeight(1000, 1, 100)).toBe(100);
  });

  it.each([
    [0, 10, /τ must be above 0/],
    [-1, 10, /τ must be above 0/],
    [Number.NaN, 10, /τ must be above 0/],
    [1, 0.5, /clipped at 0.5/],
  ])("refuses τ = %d with clip %d", (tau, clip, message) => {
    expect(() => inversePropensityWeight(0, tau, clip)).toThrow(message);
    expect(() => batchWeights([0], { tau, clip, normalize: true })).toThrow(message);
  });
});

it("batch weights keep their ratios and have mean 1 when normalised", () => {
  fc.assert(
    fc.property(fc.array(anyScore, { minLength: 1, maxLength: 20 }), (scores) => {
      const raw = batchWeights(scores, { tau: 2, clip: 100, normalize: false });
      const even = batchWeights(scores, { tau: 2, clip: 100, normalize: true });
      expect(even.reduce((a, b) => a + b, 0) / even.length).toBeCloseTo(1, 12);
      even.forEach((w, i) => {
        expect(w * (raw[0] as number)).toBeCloseTo((even[0] as number) * (raw[i] as number), 8);
      });
    }),
  );
});

describe("unjudgedRelevance", () => {
  it("is Bayes' rule over all (r, o) with label r·o = 0", () => {
    const p = fc.double({ min: 0, max: 0.999, noNaN: true });
    fc.assert(
      fc.property(p, p, (pr, po) => {
        let both = 0;
        let unlabelled = 0;
        for (const r of [0, 1])
          for (const o of [0, 1]) {
            const chance = (r ? pr : 1 - pr) * (o ? po : 1 - po);
            if (r * o === 0) unlabelled += chance;
            if (r * o === 0 && r === 1) both += chance;
          }
        expect(unjudgedRelevance(pr, po)).toBeCloseTo(both / unlabelled, 9);
      }),
    );
  });

  it("is 0 where everything is judged, the prior where nothing is", () => {
    for (const pr of [0, 0.3, 1]) {
      expect(unjudgedRelevance(pr, 1)).toBe(0);
      expect(unjudgedRelevance(pr, 0)).toBe(pr);
    }
  });

  it("has log-odds f_R − log(1 + e^{f_S})", () => {
    const score = fc.double({ min: -12, max: 12, noNaN: true });
    fc.assert(
      fc.property(score, score, (r, s) => {
        expect(sigmoid(unjudgedRelevanceLogit(r, s))).toBeCloseTo(unjudgedRelevance(sigmoid(r), sigmoid(s)), 9);
      }),
    );
    expect(unjudgedRelevanceLogit(50, -800)).toBe(50);
    expect(unjudgedRelevanceLogit(50, 800)).toBe(-750);
  });
});
