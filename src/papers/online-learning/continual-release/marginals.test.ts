import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { bernoulliRows, decodeMarginals, marginalMaxima, marginalsToStream, tracingScores } from "./marginals.ts";

const tables = fc
  .record({ n: fc.integer({ min: 1, max: 6 }), d: fc.integer({ min: 1, max: 6 }) })
  .chain(({ n, d }) => fc.array(fc.uint8Array({ minLength: d, maxLength: d, max: 1 }), { minLength: n, maxLength: n }));

describe("the reduction from marginals", () => {
  it("reveals all column means of any table when there is no noise", () => {
    fc.assert(
      fc.property(tables, (table) => {
        const [n, d] = [table.length, table[0]?.length ?? 0];
        const stream = marginalsToStream(table);
        expect(stream.length).toBe(n * (1 + 2 * d));
        const totals = Array.from({ length: d }, (_, j) => table.reduce((sum, row) => sum + (row[j] as number), 0));
        const sums = new Float64Array(d);
        const maxima = stream.map((x, i) => {
          for (let j = 0; j < d; j++) sums[j] = (sums[j] as number) + (x[j] as number);
          const blocks = (i + 1 - n) / (2 * n);
          // After each pair of blocks all sums have risen by the same.
          if (blocks >= 0 && Number.isInteger(blocks)) expect([...sums]).toEqual(totals.map((S) => S + n * blocks));
          return Math.max(...sums);
        });
        expect([...marginalMaxima(table)]).toEqual(maxima);
        expect([...decodeMarginals(maxima, n, d)]).toEqual(totals.map((S) => S / n));
      }),
    );
  });

  it("replaces one record when one row is replaced", () => {
    const table = [Uint8Array.of(0, 1), Uint8Array.of(1, 1)];
    const [before, after] = [
      marginalsToStream(table),
      marginalsToStream([table[0] as Uint8Array, Uint8Array.of(0, 0)]),
    ];
    const changed = before.filter((x, i) => String(x) !== String(after[i]));
    expect(changed.length).toBe(1);
  });

  it("refuses tables that are empty, ragged or not binary, and paths of a wrong length", () => {
    expect(() => marginalsToStream([])).toThrow(RangeError);
    expect(() => marginalsToStream([new Uint8Array(2), new Uint8Array(3)])).toThrow(/3 entries/);
    expect(() => marginalsToStream([Uint8Array.of(2)])).toThrow(/entry is 2/);
    expect(() => decodeMarginals([1, 2, 3], 2, 2)).toThrow(/n\(1 \+ 2d\) = 10/);
  });
});

describe("tracingScores", () => {
  it("is large for members of an exact release and centred at 0 for others", () => {
    const random = new Random(4);
    const p = Array.from({ length: 400 }, () => random.uniform(0.05, 0.95));
    const table = bernoulliRows(10, p, random);
    const others = bernoulliRows(200, p, random);
    const means = p.map((_, j) => mean(table.map((row) => row[j] as number)));
    const inside = tracingScores(means, p, table);
    const outside = tracingScores(means, p, others);
    expect(Math.min(...inside)).toBeGreaterThan(Math.max(...outside));
    // A member's own share of the mean gives it Σ_j 1/n in expectation: d/n = 40.
    expect(Math.abs(mean(inside) - 40)).toBeLessThan(8);
    expect(Math.abs(mean(outside))).toBeLessThan(3);
  });
});
