import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { kendallDistance, kendallTau, pairwisePreferences, rankColumn } from "./rankings.ts";

describe("rankColumn", () => {
  it("gives 1 to the best and averages ties", () => {
    expect([...rankColumn([10, 30, 20, 30])]).toEqual([4, 1.5, 3, 1.5]);
    expect([...rankColumn([10, 30, 20, 30], "lower")]).toEqual([1, 3.5, 2, 3.5]);
  });

  it("always sums to N(N+1)/2", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 30 }), (scores) => {
        const total = rankColumn(scores).reduce((sum, r) => sum + r, 0);
        expect(total).toBeCloseTo((scores.length * (scores.length + 1)) / 2, 9);
      }),
    );
  });
});

describe("kendallDistance and kendallTau", () => {
  it("counts reversed pairs, and half for ties of one side", () => {
    expect(kendallDistance([1, 2, 3], [3, 2, 1])).toBe(3);
    expect(kendallDistance([1, 2, 3], [1.5, 1.5, 3])).toBe(0.5);
    expect(kendallDistance([1.5, 1.5, 3], [1.5, 1.5, 3])).toBe(0);
  });

  it("gives the τ-b of a table worked by hand", () => {
    // a = 1 2 2 4, b = 1 3 2 2: of the six pairs 3 are concordant, 1 discordant, one is tied in a and one in b:
    // (3 − 1) / √(5·5) = 0.4.
    expect(kendallTau([1, 2, 2, 4], [1, 3, 2, 2])).toBeCloseTo(2 / 5, 12);
    expect(kendallTau([1, 2, 3], [1, 2, 3])).toBe(1);
    expect(kendallTau([1, 2, 3], [3, 2, 1])).toBe(-1);
  });
});

describe("pairwisePreferences", () => {
  it("splits ties and passes over missing scores", () => {
    const q = pairwisePreferences([
      [1, 5, null],
      [1, 3, 2],
    ]);
    expect([...q]).toEqual([0, 1.5, 0.5, 0]);
  });

  it("gives every pair one vote a complete task", () => {
    const table = fc.array(fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 4, maxLength: 4 }), {
      minLength: 2,
      maxLength: 6,
    });
    fc.assert(
      fc.property(table, (scores) => {
        const n = scores.length;
        const q = pairwisePreferences(scores);
        for (let i = 0; i < n; i++)
          for (let j = 0; j < i; j++) expect((q[i * n + j] ?? 0) + (q[j * n + i] ?? 0)).toBe(4);
      }),
    );
  });

  it.each([
    [[[1, 2], [1]], /row 1 has 1 scores/],
    [[[1], [Number.NaN]], /score of system 1 on task 0 is NaN/],
    [[[1]], /two or more systems/],
    [[[], []], /one or more tasks/],
  ])("refuses %j", (scores, message) => {
    expect(() => pairwisePreferences(scores)).toThrow(message);
  });
});
