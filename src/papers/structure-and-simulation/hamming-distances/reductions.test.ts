import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { hammingDistances } from "./hamming.ts";
import { countDifferences, countingFromHamming, hammingFromCounting, type Integers } from "./reductions.ts";

function brute(a: Integers, b: Integers, range: number): number[] {
  const counts = new Array<number>(range).fill(0);
  for (const x of a) {
    for (const y of b) {
      const c = BigInt(x) - BigInt(y);
      if (c >= 0n && c < BigInt(range)) counts[Number(c)] = (counts[Number(c)] ?? 0) + 1;
    }
  }
  return counts;
}

const near = fc.array(fc.integer({ min: -60, max: 60 }), { maxLength: 40 });
const far = fc.array(
  fc.oneof(
    fc.integer({ min: -60, max: 60 }),
    fc.maxSafeInteger(),
    fc.integer({ min: 0, max: 9 }).map((x) => Number.MAX_SAFE_INTEGER - x),
    fc.integer({ min: 0, max: 9 }).map((x) => Number.MIN_SAFE_INTEGER + x),
  ),
  { maxLength: 20 },
);
const long = fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { maxLength: 12 });
const sets: fc.Arbitrary<[Integers, Integers]> = fc.oneof(
  fc.tuple(near, near),
  fc.tuple(far, far),
  fc
    .tuple(long, long)
    .map(([a, b]): [Integers, Integers] => [BigInt64Array.from(a), BigInt64Array.from([...b, ...a.slice(0, 4)])]),
  fc.tuple(near, near).map(([a, b]): [Integers, Integers] => [BigInt64Array.from(a.map(BigInt)), b]),
);

describe("range-restricted counting", () => {
  it("counts differences directly", () => {
    expect([...countDifferences([5, 7, 7], [5, 4], 4)]).toEqual([1, 1, 2, 2]);
    fc.assert(
      fc.property(sets, fc.integer({ min: 1, max: 80 }), ([a, b], range) => {
        expect([...countDifferences(a, b, range)]).toEqual(brute(a, b, range));
      }),
      { numRuns: 300 },
    );
  });

  it("counts differences through Hamming distances", () => {
    fc.assert(
      fc.property(sets, fc.integer({ min: 1, max: 80 }), fc.option(fc.nat()), ([a, b], range, seed) => {
        const rng = seed === null ? {} : { rng: new Random(seed) };
        expect([...countingFromHamming(a, b, range, rng)]).toEqual(brute(a, b, range));
      }),
      { numRuns: 300 },
    );
  });

  it("needs one Hamming instance where no two elements share a cell", () => {
    let instances = 0;
    const distances = (text: Uint32Array, pattern: Uint32Array) => {
      instances++;
      return hammingDistances(text, pattern);
    };
    countingFromHamming([10, 25, 31], [1, 12, 24], 64, { distances });
    expect(instances).toBe(1);
  });

  it("gives Hamming distances", () => {
    const sequence = fc.array(fc.constantFrom(0, 1, 2, 7, 2 ** 32 - 1), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(sequence, sequence, (pattern, rest) => {
        const text = [...rest, ...pattern];
        expect(hammingFromCounting(text, pattern)).toEqual(hammingDistances(text, pattern, { method: "naive" }));
      }),
    );
    expect([...hammingFromCounting("abracadabra", "abra")].indexOf(0)).toBe(0);
  });

  it("goes there and back", () => {
    const count = (a: Integers, b: Integers, range: number) => countingFromHamming(a, b, range);
    expect(hammingFromCounting("mississippi", "issi", count)).toEqual(hammingDistances("mississippi", "issi"));
  });

  it("refuses bad ranges, values and strings", () => {
    for (const range of [0, -1, 1.5, Number.NaN]) {
      expect(() => countDifferences([1], [1], range)).toThrow(/range is/);
      expect(() => countingFromHamming([1], [1], range)).toThrow(/range is/);
    }
    expect(() => countDifferences([0.5], [1], 3)).toThrow(/A\[0\] is 0.5/);
    expect(() => countingFromHamming([1], [2 ** 53], 3)).toThrow(/B\[0\]/);
    expect(() => hammingFromCounting("a", "")).toThrow(/empty/);
    expect(() => hammingFromCounting("a", "ab")).toThrow(/longer/);
  });
});
