import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { confidence, entropy, leastConfidence, likeliest, lossRange, margin, voteEntropy } from "./uncertainty.ts";

const simplex = fc
  .array(fc.double({ min: 0.001, max: 1, noNaN: true }), { minLength: 2, maxLength: 6 })
  .map((w) => w.map((x) => x / w.reduce((a, b) => a + b, 0)));

describe("uncertainty of class probabilities", () => {
  it("has the hand-computed values", () => {
    const p = [0.2, 0.5, 0.3];
    expect(likeliest(p)).toBe(1);
    expect(confidence(p)).toBe(0.5);
    expect(leastConfidence(p)).toBe(0.5);
    expect(margin(p)).toBeCloseTo(0.2, 15);
    expect(entropy(p)).toBeCloseTo(1.0296530140645737, 12);
    expect(likeliest([0.5, 0.5])).toBe(0);
    expect(margin([1])).toBe(1);
    expect(entropy([1, 0])).toBe(0);
  });

  it("is extreme at the uniform and at the sure vote, and blind to the order of classes", () => {
    fc.assert(
      fc.property(simplex, (p) => {
        const turned = [...p].reverse();
        const sorted = [...p].sort((a, b) => b - a);
        expect(margin(p)).toBe((sorted[0] ?? 0) - (sorted[1] ?? 0));
        for (const measure of [confidence, margin, entropy]) expect(measure(turned)).toBeCloseTo(measure(p), 12);
        expect(entropy(p)).toBeLessThanOrEqual(Math.log(p.length) + 1e-12);
        expect(leastConfidence(p)).toBeLessThanOrEqual(1 - 1 / p.length + 1e-12);
      }),
    );
  });

  it("measures a committee by its votes and by its range", () => {
    const yes = [0.1, 0.9];
    const no = [0.7, 0.3];
    expect(voteEntropy([yes, yes, yes])).toBe(0);
    expect(voteEntropy([yes, no])).toBeCloseTo(Math.LN2, 12);
    expect(voteEntropy([yes, yes, yes, no])).toBeCloseTo(entropy([0.25, 0.75]), 12);
    expect(lossRange([yes, no, yes])).toBeCloseTo(0.6, 12);
    expect(lossRange([yes])).toBe(0);
  });

  it("refuses nothing to measure", () => {
    expect(() => likeliest([])).toThrow(/no classes/);
    expect(() => margin([])).toThrow(/no classes/);
    expect(() => voteEntropy([])).toThrow(/no committee/);
    expect(() => lossRange([])).toThrow(/no committee/);
  });
});
