import fc from "fast-check";
import { expect, it } from "vitest";
import { mrrAt, ndcgAt, topPositions } from "./retrieval-metrics.ts";

it("sorts by score, then by position", () => {
  expect(topPositions([1, 3, 3, 2], 3)).toEqual([1, 2, 3]);
  expect(topPositions([1], 10)).toEqual([0]);
});

it("finds the top that a stable sort finds, short or long", () => {
  const grid = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 400 });
  fc.assert(
    fc.property(grid, fc.integer({ min: 1, max: 400 }), (scores, k) => {
      const order = scores.map((_, i) => i).sort((a, b) => (scores[b] as number) - (scores[a] as number) || a - b);
      expect(topPositions(scores, k)).toEqual(order.slice(0, k));
    }),
  );
});

it("NDCG and MRR of an example by hand", () => {
  // Ranked order 2, 0, 1, 3: grades 0, 1, 0, 1.
  const scores = [3, 2, 9, 1];
  const relevance = [1, 0, 0, 1];
  const best = 1 + 1 / Math.log2(3);
  expect(ndcgAt(4, scores, relevance)).toBeCloseTo((1 / Math.log2(3) + 1 / Math.log2(5)) / best, 12);
  expect(ndcgAt(2, scores, relevance)).toBeCloseTo(1 / Math.log2(3) / best, 12);
  expect(mrrAt(10, scores, relevance)).toBe(0.5);
  expect(mrrAt(1, scores, relevance)).toBe(0);
});

it("breaks ties by position, takes fewer relevant than k, and gives 0 without any", () => {
  expect(ndcgAt(10, [0, 0, 0], [1, 0, 0])).toBe(1);
  expect(ndcgAt(10, [0, 0, 0], [0, 1, 0])).toBeCloseTo(1 / Math.log2(3), 12);
  expect(ndcgAt(10, [1, 2], [0, 0])).toBe(0);
  expect(mrrAt(10, [1, 2], [0, 0])).toBe(0);
  expect(() => ndcgAt(10, [1], [0, 0])).toThrow(/1 scores and 2/);
});

it("graded gains are 2^grade − 1", () => {
  expect(ndcgAt(1, [1, 0], [1, 2])).toBeCloseTo(1 / 3, 12);
});

it("no order beats the one by relevance", () => {
  const pair = fc.tuple(fc.integer({ min: 0, max: 3 }), fc.double({ min: -1, max: 1, noNaN: true }));
  fc.assert(
    fc.property(fc.array(pair, { minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 15 }), (pairs, k) => {
      const relevance = pairs.map(([grade]) => grade);
      const value = ndcgAt(
        k,
        pairs.map(([, score]) => score),
        relevance,
      );
      expect(value).toBeGreaterThanOrEqual(0);
      expect(value).toBeLessThanOrEqual(1 + 1e-12);
      expect(ndcgAt(k, relevance, relevance)).toBeCloseTo(relevance.some((r) => r > 0) ? 1 : 0, 12);
    }),
  );
});
