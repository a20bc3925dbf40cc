import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { bm25, tokens } from "./bm25.ts";
import { textFeatureNames, textFeatures } from "./text-features.ts";

const docs = ["The cat sat on the mat", "the dog", "Cats and dogs: a cat, a dog!"];

describe("bm25", () => {
  it("scores three documents as computed by hand", () => {
    const index = bm25(docs, { k1: 0.9, b: 0.4 });
    // Lengths 6, 2 and 7, mean 5; "cat" stands in documents 0 and 2, "dog" in 1 and 2, "the" twice in 0 and once in 1.
    const idf = Math.log(1 + (3 - 2 + 0.5) / (2 + 0.5));
    expect(index.idf("cat")).toBeCloseTo(idf, 12);
    expect(index.idf("zebra")).toBeCloseTo(Math.log(1 + 3.5 / 0.5), 12);
    const part = (f: number, length: number) => (f * 1.9) / (f + 0.9 * (0.6 + (0.4 * length) / 5));
    expect(index.score("cat", 0)).toBeCloseTo(idf * part(1, 6), 12);
    expect(index.score("the cat", 0)).toBeCloseTo(idf * (part(2, 6) + part(1, 6)), 12);
    expect(index.score("cat dog cat", 2)).toBeCloseTo(idf * 3 * part(1, 7), 12);
    expect(index.score("cat", 1)).toBe(0);
  });

  it("finds the best documents in the order of their scores, and none without a word of the query", () => {
    const index = bm25(docs);
    expect(index.search("dog", 5).map(({ doc }) => doc)).toEqual([1, 2]);
    expect(index.search("the dog", 1)).toEqual([{ doc: 1, score: index.score("the dog", 1) }]);
    expect(index.search("zebra", 5)).toEqual([]);
    expect(bm25([]).search("cat", 5)).toEqual([]);
  });

  it("searches as it scores", () => {
    const word = fc.constantFrom("a", "b", "c", "d", "é", "7");
    const text = fc.array(word, { maxLength: 8 }).map((words) => words.join(" "));
    fc.assert(
      fc.property(fc.array(text, { minLength: 1, maxLength: 8 }), text, (texts, query) => {
        const index = bm25(texts);
        const found = index.search(query, texts.length);
        const scores = texts.map((_, doc) => index.score(query, doc));
        expect(
          found.map(({ score }) => score).every((score, i) => i === 0 || score <= (found[i - 1]?.score ?? 0)),
        ).toBe(true);
        for (const { doc, score } of found) expect(score).toBeCloseTo(scores[doc] as number, 12);
        expect(found.length).toBe(scores.filter((score) => score > 0).length);
      }),
    );
  });

  it("refuses parameters and documents that do not exist", () => {
    expect(() => bm25(docs, { k1: -1 })).toThrow(/k1 = -1/);
    expect(() => bm25(docs, { b: 2 })).toThrow(/b = 2/);
    expect(() => bm25(docs).score("cat", 3)).toThrow(/no document 3 of 3/);
  });
});

it("words are letters and digits of any script", () => {
  expect(tokens("Ünïcode, 日本 x-2!")).toEqual(["ünïcode", "日本", "x", "2"]);
  expect(tokens("…")).toEqual([]);
});

describe("textFeatures", () => {
  const index = bm25(docs);
  const features = textFeatures(index, docs);
  const named = (query: string, doc: number) =>
    Object.fromEntries(features(query, doc).map((value, i) => [textFeatureNames[i], value]));

  it("are bm25, the share of words found, cosines of words and of letter triples, and length", () => {
    expect(textFeatureNames).toEqual(["bm25", "overlap", "cosine", "trigrams", "log_length"]);
    expect(named("cat zebra", 0)).toMatchObject({ bm25: index.score("cat zebra", 0), overlap: 0.5 });
    expect(named("the dog", 1)).toMatchObject({ overlap: 1, log_length: Math.log(3) });
    expect(named("the dog", 1).cosine).toBeCloseTo(1, 12);
    expect(named("the dog", 1).trigrams).toBeCloseTo(1, 6);
  });

  it("see a shared stem where no word is shared", () => {
    const { overlap, cosine, trigrams } = named("doggy", 1);
    expect([overlap, cosine]).toEqual([0, 0]);
    expect(trigrams).toBeGreaterThan(named("zebra", 1).trigrams ?? 1);
  });

  it("are finite for empty texts", () => {
    const empty = textFeatures(bm25(["", "x"]), ["", "x"]);
    for (const query of ["", "x", "!"])
      for (const doc of [0, 1]) expect(empty(query, doc).every(Number.isFinite)).toBe(true);
  });
});
