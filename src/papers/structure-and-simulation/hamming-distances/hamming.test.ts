import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { countMatches, hammingDistances, type Method } from "./hamming.ts";
import { naiveMatches, plainMatches } from "./naive.ts";
import { PackedCounter, type PerTransform } from "./packed.ts";
import { splitPlan } from "./plan.ts";
import { encodeSymbols } from "./symbols.ts";
import { matchesAgree, prime } from "./verify.ts";

const methods: Method[] = ["auto", "naive", "fft", "abrahamson", "packed"];

function draw(n: number, alphabet: number, random: Random): Uint32Array {
  return Uint32Array.from({ length: n }, () => random.int(0, alphabet - 1));
}

/** A text, a pattern no longer than it, and an alphabet size, small enough for brute force. */
const instance = fc
  .record({
    m: fc.integer({ min: 1, max: 70 }),
    more: fc.integer({ min: 0, max: 200 }),
    alphabet: fc.constantFrom(1, 2, 3, 4, 5, 9, 40, 500),
    seed: fc.integer({ min: 0, max: 1e6 }),
  })
  .map(({ m, more, alphabet, seed }) => {
    const random = new Random(seed);
    return { text: draw(m + more, alphabet, random), pattern: draw(m, alphabet, random) };
  });

function brute(text: ArrayLike<number>, pattern: ArrayLike<number>, wildcard?: number): number[] {
  return Array.from({ length: text.length - pattern.length + 1 }, (_, i) =>
    Array.from(pattern).reduce((h, c, j) => {
      const t = text[i + j];
      return h + (t !== c && t !== wildcard && c !== wildcard ? 1 : 0);
    }, 0),
  );
}

describe("hammingDistances", () => {
  it.each(methods)("%s finds abra twice in abracadabraabracadabra and more", (method) => {
    const text = "abracadabraabracadabra";
    const h = hammingDistances(text, "abra", { method });
    expect(h.length).toBe(text.length - 3);
    expect([...h.keys()].filter((i) => h[i] === 0)).toEqual([0, 7, 11, 18]);
    expect(h[3]).toBe(3);
  });

  it.each(methods)("%s equals brute force", (method) => {
    fc.assert(
      fc.property(instance, ({ text, pattern }) => {
        expect([...hammingDistances(text, pattern, { method })]).toEqual(brute(text, pattern));
      }),
      { numRuns: 60 },
    );
  });

  it("gives [0] for equal strings and m everywhere for disjoint alphabets", () => {
    for (const method of methods) {
      expect([...hammingDistances("hello", "hello", { method })]).toEqual([0]);
      expect([...hammingDistances("aaaaaa", "bbb", { method })]).toEqual([3, 3, 3, 3]);
    }
  });

  it("does not mind new names for the characters, and turns around when both strings do", () => {
    fc.assert(
      fc.property(instance, ({ text, pattern }) => {
        const h = hammingDistances(text, pattern);
        const renamed = (s: Uint32Array) => s.map((c) => (c * 2654435761) >>> 0);
        expect(hammingDistances(renamed(text), renamed(pattern))).toEqual(h);
        expect(hammingDistances(text.toReversed(), pattern.toReversed())).toEqual(h.toReversed());
      }),
      { numRuns: 40 },
    );
  });

  it("counts as many matches as there are equal pairs in reach", () => {
    fc.assert(
      fc.property(instance, ({ text, pattern }) => {
        let pairs = 0;
        for (const [q, c] of pattern.entries()) {
          for (let p = q; p - q <= text.length - pattern.length; p++) if (text[p] === c) pairs++;
        }
        const h = hammingDistances(text, pattern);
        expect(h.reduce((sum, x) => sum + pattern.length - x, 0)).toBe(pairs);
      }),
      { numRuns: 40 },
    );
  });

  it.each([
    [1, 1, 3],
    [1, 50, 3],
    [64, 64, 5],
    [64, 129, 5],
    [100, 5317, 7],
    [1000, 9999, 30],
    [4096, 32768, 18],
  ])("is exact at block ends: m = %i, n = %i, %i characters", (m, n, alphabet) => {
    const random = new Random(m + n);
    const pair = encodeSymbols(draw(n, alphabet, random), draw(m, alphabet, random));
    const expected = naiveMatches(pair);
    for (const only of ["light", "heavy"] as const) {
      for (const perTransform of [1, 2, 4] as PerTransform[]) {
        expect(countMatches(pair, { method: "packed", only, perTransform })).toEqual(expected);
      }
    }
    for (const method of methods) expect(countMatches(pair, { method })).toEqual(expected);
  });

  it("is exact where digits are as large as they get", () => {
    const m = 1 << 15;
    const text = new Uint8Array(3 * m).fill(7);
    for (let i = 0; i < 40; i++) text[m + 97 * i] = i % 5;
    const pattern = new Uint8Array(m).fill(7);
    for (let i = 0; i < 5; i++) pattern[11 * i] = i;
    const pair = encodeSymbols(text, pattern);
    const groups = [[...pair.symbols.keys()].slice(0, 4), [...pair.symbols.keys()].slice(4)];
    expect(PackedCounter.risk(pair, groups, 1 << 17, 4)).toBeLessThan(0.125);
    const matches = countMatches(pair, { method: "packed", only: "heavy", verify: false });
    expect(matches).toEqual(countMatches(pair, { method: "packed", only: "heavy", perTransform: 1, verify: false }));
    for (const from of [0, 11, m - 50, 2 * m - 40]) {
      expect(matches.slice(from, from + 41)).toEqual(naiveMatches(pair, from, Math.min(from + 41, pair.alignments)));
    }
    expect(Math.max(...matches)).toBeGreaterThan(m - 6);
  });

  it("takes fewer characters per transform when four would not be precise", () => {
    const m = 64;
    const pair = encodeSymbols(draw(300, 9, new Random(1)), draw(m, 9, new Random(2)));
    const plan = splitPlan(pair, { only: "heavy" });
    expect(plan.perTransform).toBe(4);
    // With counts of 2^30 the rounding bound forbids digits and still allows two characters.
    const huge = {
      ...pair,
      textCounts: pair.textCounts.map(() => 2 ** 30),
      patternCounts: pair.patternCounts.map(() => 2 ** 30),
    };
    expect(PackedCounter.risk(huge, [[0, 1, 2, 3]], 2 ** 30, 4)).toBeGreaterThan(0.125);
    expect(PackedCounter.risk(huge, [[0, 1]], 2 ** 30, 2)).toBeLessThan(0.125);
  });

  it("lets a wildcard match everything, on either side", () => {
    fc.assert(
      fc.property(instance, fc.constantFrom(...methods), ({ text, pattern }, method) => {
        expect([...hammingDistances(text, pattern, { method, wildcard: 1 })]).toEqual(brute(text, pattern, 1));
      }),
      { numRuns: 60 },
    );
    expect([...hammingDistances("GATTACA", "NTN", { wildcard: "N" })]).toEqual([1, 0, 0, 1, 1]);
    expect([...hammingDistances("aaa", "b", { wildcard: "?" })]).toEqual([1, 1, 1]);
  });

  it("takes symbols 0 and 2^32 − 1, code units and code points", () => {
    const top = 2 ** 32 - 1;
    for (const method of methods) {
      expect([...hammingDistances(Uint32Array.of(0, top, 0, top), Uint32Array.of(top, 0), { method })]).toEqual([
        2, 0, 2,
      ]);
    }
    expect([...hammingDistances("😀😃", "😃")]).toEqual([1, 2, 0]);
    expect([...hammingDistances("😀😃", "😃", { codePoints: true })]).toEqual([1, 0]);
  });

  it("refuses empty and too long patterns and bad symbols", () => {
    expect(() => hammingDistances("abc", "")).toThrow(/empty/);
    expect(() => hammingDistances("", "")).toThrow(/empty/);
    expect(() => hammingDistances("abc", "abcd")).toThrow(/longer than the text/);
    expect(hammingDistances("abc", "abcd", { strict: false }).length).toBe(0);
    expect(() => hammingDistances([1, 2 ** 32], [1])).toThrow(/text\[1\] is 4294967296/);
    expect(() => hammingDistances([1, 2], [-1])).toThrow(/pattern\[0\] is -1/);
    expect(() => hammingDistances([1, 2], [1.5])).toThrow(RangeError);
    expect(() => hammingDistances("ab", "a", { wildcard: "xy" })).toThrow(/not one symbol/);
  });
});

describe("naiveMatches", () => {
  it("equals the plain loop with few and with many shared characters, on any stretch", () => {
    const random = new Random(4);
    for (const [n, m, alphabet] of [
      [90, 7, 3],
      [3000, 2100, 40],
      [900, 601, 700],
    ] as const) {
      const pair = encodeSymbols(draw(n, alphabet, random), draw(m, alphabet, random));
      expect(naiveMatches(pair)).toEqual(plainMatches(pair));
      expect(naiveMatches(pair, 5, 33)).toEqual(plainMatches(pair).slice(5, 33));
    }
    const same = encodeSymbols(new Uint8Array(2000), new Uint8Array(1500).fill(1));
    expect(naiveMatches(same)).toEqual(new Int32Array(501));
  });
});

describe("matchesAgree", () => {
  it("accepts true counts and refuses changed ones", () => {
    fc.assert(
      fc.property(instance, fc.nat(), fc.integer({ min: 2, max: prime - 1 }), ({ text, pattern }, where, x) => {
        const pair = encodeSymbols(text, pattern);
        const matches = plainMatches(pair);
        expect(matchesAgree(pair, matches, x)).toBe(true);
        const at = where % matches.length;
        matches[at] = (matches[at] ?? 0) + 1;
        expect(matchesAgree(pair, matches, x)).toBe(false);
        if (matches.length > 1) {
          const next = (at + 1) % matches.length; // the total is right again
          matches[next] = (matches[next] ?? 0) - 1;
          expect(matchesAgree(pair, matches, x)).toBe(false);
        }
      }),
    );
  });
});
