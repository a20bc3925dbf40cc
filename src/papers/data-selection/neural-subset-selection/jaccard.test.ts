import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { jaccard, meanJaccard, randomJaccard, topIndices } from "./jaccard.ts";

describe("the Jaccard coefficient", () => {
  it("is 1 for two empty subsets, 0 for disjoint ones and the share otherwise", () => {
    expect(jaccard([], [])).toBe(1);
    expect(jaccard([0, 1], [2])).toBe(0);
    expect(jaccard([0, 1, 2], [2, 3])).toBe(0.25);
    expect(meanJaccard([[0], [1]], [[0], [2]])).toBe(0.5);
    expect(() => meanJaccard([], [])).toThrow(RangeError);
  });

  it.each([
    [12, 3],
    [5, 4],
    [6, 0],
  ])("of random choices from %i items, %i right, is the hypergeometric mean", (m, k) => {
    const source = new Random(7).fork("random");
    const truth = Array.from({ length: k }, (_, i) => i);
    let sum = 0;
    for (let i = 0; i < 4000; i++) sum += jaccard(source.permutation(m).slice(0, k), truth) / 4000;
    expect(sum).toBeCloseTo(randomJaccard(m, k), 1.7);
  });

  it("breaks ties of the largest by position", () => {
    expect([...topIndices([1, 3, 3, 3, 2], 2)]).toEqual([1, 2]);
  });
});
