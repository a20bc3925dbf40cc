import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { mergeAttention, partialAttention, prefixSharedAttention } from "./attention.ts";

const random = new Random(4);
const width = 8;
const draw = (n: number) => Float64Array.from({ length: n }, () => random.normal(0, 3));

describe("mergeAttention", () => {
  it("equals full softmax attention over any split, empty parts included", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 30 }), { minLength: 0, maxLength: 3 }), (cuts) => {
        const [keys, values, query] = [draw(30 * width), draw(30 * width), draw(width)];
        const bounds = [0, ...cuts.sort((a, b) => a - b), 30];
        const parts = bounds.slice(1).map((end, i) => {
          const [from, to] = [(bounds[i] ?? 0) * width, end * width];
          return partialAttention(query, { keys: keys.subarray(from, to), values: values.subarray(from, to), width });
        });
        const whole = partialAttention(query, { keys, values, width });
        const merged = mergeAttention(parts);
        for (let c = 0; c < width; c++) expect(Math.abs((merged[c] ?? 0) - (whole.o[c] ?? 9))).toBeLessThan(1e-12);
      }),
    );
  });

  it("refuses attention over nothing", () => {
    const nothing = { keys: [], values: [], width };
    expect(() => mergeAttention([partialAttention(draw(width), nothing)])).toThrow(/no key/);
  });
});

describe("prefixSharedAttention", () => {
  it("gives every member what it would get alone", () => {
    const prefix = { keys: draw(20 * width), values: draw(20 * width), width };
    const suffixes = [5, 1, 9].map((n) => ({ keys: draw(n * width), values: draw(n * width), width }));
    const queries = suffixes.map(() => draw(width));
    for (const [i, output] of prefixSharedAttention(queries, prefix, suffixes).entries()) {
      const { keys, values } = suffixes[i] ?? prefix;
      const alone = partialAttention(queries[i] ?? [], {
        keys: [...prefix.keys, ...keys],
        values: [...prefix.values, ...values],
        width,
      });
      for (let c = 0; c < width; c++) expect(output[c]).toBeCloseTo(alone.o[c] ?? 9, 12);
    }
    expect(() => prefixSharedAttention(queries, prefix, [])).toThrow(/3 queries and 0 suffixes/);
  });
});
