import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { PairwiseRanker } from "./pairwise-ranker.ts";
import { denoise, type Query, sampleTriples, stackFeatures } from "./triples.ts";

const query = (id: string, positives: number[], order: number[]): Query => ({
  id,
  docs: order.map((d) => `d${d}`),
  features: order.map((_, d) => [d, -d]),
  positives,
  rankings: { basic: order },
});
const sample = (queries: Query[], more = {}) =>
  sampleTriples(queries, { retriever: "basic", top: 10, perPositive: 3, random: new Random(1), ...more });

describe("sampleTriples", () => {
  it("never draws a labelled document, stays in the top and is deterministic", () => {
    const shape = fc.record({
      docs: fc.integer({ min: 4, max: 30 }),
      positives: fc.uniqueArray(fc.integer({ min: 0, max: 2 }), { minLength: 1, maxLength: 2 }),
      top: fc.integer({ min: 4, max: 30 }),
      seed: fc.integer(),
    });
    fc.assert(
      fc.property(shape, ({ docs, positives, top, seed }) => {
        const order = new Random(seed).permutation(docs);
        const queries = [query("a", positives, order), query("b", positives, order)];
        const draw = () => sample(queries, { top, random: new Random(seed) });
        const triples = draw();
        expect(triples).toEqual(draw());
        expect(triples.query.length).toBe(2 * 3 * positives.length);
        triples.negative.forEach((row, t) => {
          const doc = row - (triples.start[triples.query[t] as number] as number);
          expect(positives).not.toContain(doc);
          expect(order.indexOf(doc)).toBeLessThan(top);
          expect(order.indexOf(doc)).toBeGreaterThanOrEqual(0);
          expect(triples.rows[row * triples.dim]).toBe(doc);
        });
      }),
    );
  });

  it("draws without replacement while it can, and gives as many triples where it cannot", () => {
    const { negative } = sample([query("a", [0], [0, 1, 2, 3])]);
    expect([...negative].sort()).toEqual([1, 2, 3]);
    expect(sample([query("a", [0], [0, 1])]).negative).toEqual(Int32Array.of(1, 1, 1));
  });

  it("skips queries without a label and counts them", () => {
    const triples = sample([query("a", [], [0, 1]), query("b", [1], [0, 1])]);
    expect(triples.skipped).toBe(1);
    expect([...triples.query]).toEqual([1, 1, 1]);
    expect([...triples.positive]).toEqual([3, 3, 3]);
  });

  it("refuses an empty list, an unknown retriever and odd features by name", () => {
    expect(() => sample([query("a", [0], [0])])).toThrow(/query a has no negative among the first 10 of "basic"/);
    expect(() => sample([query("a", [0], [0, 1])], { retriever: "toString" })).toThrow(/no ranking by "toString"/);
    expect(() => sample([query("a", [0], [0, 1])], { exclude: () => true })).toThrow(/no negative/);
    const ragged = { ...query("a", [0], [0, 1]), features: [[1, 2], [3]] };
    expect(() => stackFeatures([ragged])).toThrow(/document d1 of query a has 1 features, others 2/);
    expect(() =>
      stackFeatures([
        {
          ...ragged,
          features: [
            [1, 2],
            [3, Number.NaN],
          ],
        },
      ]),
    ).toThrow(/feature 2 of document d1/);
    expect(() => stackFeatures([{ ...ragged, features: [[1, 2]] }])).toThrow(/2 documents and features of 1/);
    expect(() => stackFeatures([])).toThrow(/no features/);
  });
});

it("denoising drops what the teacher puts above the labelled document", () => {
  const triples = sample([query("a", [2], [0, 1, 2, 3])]); // negatives 0, 1, 3 with first feature 0, 1, 3
  const teacher = new PairwiseRanker({ dim: 2 });
  teacher.linearWeights.set([1, 0]);
  expect([...denoise(triples, teacher).negative].sort()).toEqual([0, 1]);
  expect(denoise(triples, teacher, 1.5).negative.length).toBe(3);
  expect([...denoise(triples, teacher, -1.5).negative]).toEqual([0]);
});
