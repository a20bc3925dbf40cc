import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { combine } from "../../../kit/nets/tape/ops.ts";
import { rowAt, rowsOf } from "../../../kit/nets/tape/rows.ts";
import { foldReduce, segmentTreeReduce, treeDepth, treeReduce } from "./tree.ts";

type Matrix = [number, number, number, number];
/** Product of 2 × 2 matrices modulo a prime: associative, not commutative. */
const multiply = ([a, b, c, d]: Matrix, [e, f, g, h]: Matrix): Matrix => [
  (a * e + b * g) % 97,
  (a * f + b * h) % 97,
  (c * e + d * g) % 97,
  (c * f + d * h) % 97,
];
const entry = fc.integer({ min: 0, max: 96 });

describe("treeReduce", () => {
  it("equals the fold for associative operators and keeps the order of pairs", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(entry, entry, entry, entry), { minLength: 1, maxLength: 40 }), (items) => {
        const [first, ...rest] = items as [Matrix, ...Matrix[]];
        expect(treeReduce(multiply, items)).toEqual(foldReduce(multiply, rest, first));
        const numbers = items.map(([a]) => a);
        expect(treeReduce((a, b) => a + b, numbers)).toBe(numbers.reduce((a, b) => a + b, 0));
        expect(treeReduce(Math.max, numbers)).toBe(Math.max(...numbers));
      }),
    );
  });

  it("takes n − 1 calls in ⌈log₂ n⌉ levels and carries an odd item up unchanged", () => {
    const seen: string[] = [];
    const op = (a: string, b: string): string => {
      seen.push(`${a}${b}`);
      return `(${a}${b})`;
    };
    expect(treeReduce(op, ["a", "b", "c", "d", "e"])).toBe("(((ab)(cd))e)");
    expect(seen.length).toBe(4);
    expect([1, 2, 3, 5, 1000].map(treeDepth)).toEqual([0, 1, 2, 3, 10]);
    let calls = 0;
    treeReduce(
      (a: number, b: number) => {
        calls += 1;
        return a + b;
      },
      Array.from({ length: 1000 }, (_, i) => i),
    );
    expect(calls).toBe(999);
  });

  it("returns a lone item, the identity of an empty bag, and refuses an empty bag without one", () => {
    expect(treeReduce((a, b) => a + b, [7])).toBe(7);
    expect(treeReduce((a, b) => a + b, [], { identity: 0 })).toBe(0);
    expect(() => treeReduce((a: number, b: number) => a + b, [])).toThrow(/without an identity/);
  });

  it("finds the two smallest exactly with the monoid of pairs", () => {
    type Two = [number, number];
    const op = (a: Two, b: Two): Two => [...a, ...b].sort((x, y) => x - y).slice(0, 2) as Two;
    const identity: Two = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
    fc.assert(
      fc.property(fc.array(fc.integer(), { minLength: 2, maxLength: 20 }), (list) => {
        const items = list.map((x): Two => [x, Number.POSITIVE_INFINITY]);
        expect(treeReduce(op, items, { identity })).toEqual([...list].sort((a, b) => a - b).slice(0, 2));
        expect(op(identity, [3, 5])).toEqual([3, 5]);
      }),
    );
  });
});

describe("segmentTreeReduce", () => {
  it("gives every bag what it would get alone, whatever else is in the batch, empty and single bags included", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 8 }), (sizes) => {
        const values = sizes.flatMap((n, s) => Array.from({ length: n }, (_, i) => (s + 1) * 1.25 + i));
        const ids = sizes.flatMap((n, s) => new Array<number>(n).fill(s));
        const op = (a: Parameters<typeof combine>[0], b: Parameters<typeof combine>[0]) => combine(a, b, 0.5, 0.25); // neither associative nor commutative
        const identity = rowsOf(1, 1, [-1]);
        const all = segmentTreeReduce(op, rowsOf(values.length, 1, values), ids, sizes.length, { identity });
        let from = 0;
        for (const [s, n] of sizes.entries()) {
          const own = values.slice(from, from + n).map((x) => Math.fround(x));
          from += n;
          const alone = treeReduce((a, b) => Math.fround(0.5 * a + 0.25 * b), own, { identity: -1 });
          expect(rowAt(all, s)[0]).toBeCloseTo(alone, 5);
        }
      }),
    );
  });

  it.each([
    [[0], 1, /2 items and 1 segment ids/],
    [[1, 0], 2, /./],
    [[0, 5], 2, /./],
  ])("refuses the segment ids %j", (ids, segments, message) => {
    expect(() => segmentTreeReduce(combine, rowsOf(2, 1, [1, 2]), ids, segments)).toThrow(message);
  });

  it("refuses items that are not finite", () => {
    expect(() => segmentTreeReduce(combine, rowsOf(2, 1, [1, Number.NaN]), [0, 0], 1)).toThrow(/not a finite number/);
  });
});
