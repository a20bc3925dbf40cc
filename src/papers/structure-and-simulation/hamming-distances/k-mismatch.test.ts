import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { hammingDistances } from "./hamming.ts";
import { type KMismatchMethod, kMismatch } from "./k-mismatch.ts";

const methods: KMismatchMethod[] = ["auto", "scan", "kangaroo", "exact"];

const strings = fc
  .tuple(
    fc.string({ unit: fc.constantFrom("a", "b"), minLength: 1, maxLength: 40 }),
    fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 120 }),
  )
  .map(([pattern, rest]) => ({ pattern, text: pattern + rest }));

describe("kMismatch", () => {
  it.each(methods)("%s equals the exact distances up to k", (method) => {
    fc.assert(
      fc.property(strings, fc.integer({ min: 0, max: 12 }), ({ text, pattern }, k) => {
        const h = hammingDistances(text, pattern, { method: "naive" });
        const within = [...h.keys()].filter((i) => (h[i] ?? 0) <= k);
        const { positions, distances } = kMismatch(text, pattern, k, { method });
        expect([...positions]).toEqual(within);
        expect([...distances]).toEqual(within.map((i) => h[i]));
      }),
      { numRuns: 100 },
    );
  });

  it.each(methods)("%s with k = m gives every distance", (method) => {
    const [text, pattern] = ["abracadabraabracadabra", "cadab"];
    expect(kMismatch(text, pattern, 5, { method }).distances).toEqual(hammingDistances(text, pattern));
  });

  it.each(methods)("%s with k = 0 finds what indexOf finds, in periodic text as well", (method) => {
    for (const [text, pattern] of [
      ["ab".repeat(300), "ab".repeat(70)],
      ["a".repeat(500), "a".repeat(64)],
      ["xyzzy", "plugh"],
    ] as const) {
      const expected: number[] = [];
      for (let at = text.indexOf(pattern); at >= 0; at = text.indexOf(pattern, at + 1)) expected.push(at);
      expect([...kMismatch(text, pattern, 0, { method }).positions]).toEqual(expected);
    }
  });

  it("jumps over long equal stretches", () => {
    const pattern = "abcab".repeat(400);
    const text = `${pattern.slice(0, 900)}x${pattern.slice(901, 1500)}y${pattern.slice(1501)}${pattern}`;
    const { positions, distances } = kMismatch(text, pattern, 2, { method: "kangaroo" });
    expect(positions[0]).toBe(0);
    expect(distances[0]).toBe(2);
    expect(positions).toContain(2000);
  });

  it("refuses a bad k, an empty pattern and a short text", () => {
    for (const k of [-1, 1.5, Number.NaN, Number.POSITIVE_INFINITY])
      expect(() => kMismatch("ab", "a", k)).toThrow(/k is/);
    expect(() => kMismatch("ab", "", 1)).toThrow(/empty/);
    expect(() => kMismatch("ab", "abc", 1)).toThrow(/longer/);
  });
});
