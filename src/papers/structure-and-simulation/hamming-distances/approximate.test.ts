import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { mean, sd } from "../../../kit/stats.ts";
import { hammingDistancesApprox } from "./approximate.ts";
import { hammingDistances } from "./hamming.ts";

function draw(length: number, alphabet: number, seed: number): Uint32Array {
  const random = new Random(seed);
  return Uint32Array.from({ length }, () => random.int(0, alphabet - 1));
}

describe("hammingDistancesApprox", () => {
  const text = draw(400, 30, 1);
  const pattern = draw(80, 30, 2);
  const exact = hammingDistances(text, pattern);

  it("Kopelowitz–Porat never exceeds the distance, and more rounds never lower it", () => {
    for (const eps of [0.5, 0.2, 0.05]) {
      let before: Float64Array = new Float64Array(exact.length);
      for (const rounds of [1, 2, 5, 12]) {
        // The same seed: the first maps are the same.
        const now = hammingDistancesApprox(text, pattern, { eps, rounds, rng: new Random(9) });
        for (let i = 0; i < now.length; i++) {
          expect(now[i]).toBeLessThanOrEqual(exact[i] ?? 0);
          expect(now[i]).toBeGreaterThanOrEqual(before[i] ?? 0);
        }
        before = now;
      }
    }
  });

  it("Kopelowitz–Porat with its default rounds is within ε everywhere", () => {
    for (const eps of [0.5, 0.2, 0.1]) {
      const estimate = hammingDistancesApprox(text, pattern, { eps, rng: new Random(5) });
      for (let i = 0; i < estimate.length; i++) expect(estimate[i]).toBeGreaterThanOrEqual((1 - eps) * (exact[i] ?? 0));
    }
  });

  it("Karloff's mean over 4000 maps is within 4 standard errors of the distance", () => {
    const rng = new Random(3);
    const [t, p] = [text.slice(0, 40), pattern.slice(0, 20)];
    const h = hammingDistances(t, p);
    const draws = Array.from({ length: 4000 }, () =>
      hammingDistancesApprox(t, p, { eps: 0.5, method: "karloff", rounds: 1, rng }),
    );
    for (const i of [0, 7, 20]) {
      const values = draws.map((estimate) => estimate[i] ?? 0);
      expect(Math.abs(mean(values) - (h[i] ?? 0))).toBeLessThan((4 * sd(values)) / Math.sqrt(4000));
    }
  });

  it("Karloff's mean of maps is off by whole maps when all mismatches are of one pair of letters", () => {
    const estimate = hammingDistancesApprox("aaaaaaaa", "bb", {
      eps: 0.5,
      method: "karloff",
      rounds: 6,
      rng: new Random(1),
    });
    expect(new Set(estimate).size).toBe(1);
    expect(Math.round(((estimate[0] ?? 0) * 6) / 4) * 4).toBeCloseTo((estimate[0] ?? 0) * 6, 9);
  });

  it("refuses ε outside (0, 1), no rounds and bad strings", () => {
    const rng = new Random(1);
    for (const eps of [0, 1, -1, Number.NaN]) {
      expect(() => hammingDistancesApprox("ab", "a", { eps, rng })).toThrow(/eps is/);
    }
    expect(() => hammingDistancesApprox("ab", "a", { eps: 0.5, rounds: 0, rng })).toThrow(/rounds/);
    expect(() => hammingDistancesApprox("ab", "", { eps: 0.5, rng })).toThrow(/empty/);
    expect(() => hammingDistancesApprox("ab", "abc", { eps: 0.5, rng })).toThrow(/longer/);
  });
});
