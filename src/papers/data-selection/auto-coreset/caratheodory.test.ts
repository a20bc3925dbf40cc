import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { fitRidge } from "../linear-models.ts";
import { takeValues } from "../weighted-sample.ts";
import { caratheodory, caratheodoryBase } from "./caratheodory.ts";
import { type Matrix, pickRows } from "./problem.ts";

function sums({ data, columns }: Matrix, indices: ArrayLike<number>, weights: ArrayLike<number>): number[] {
  const out = new Array<number>(columns + 1).fill(0);
  for (let j = 0; j < indices.length; j++) {
    const v = weights[j] as number;
    out[columns] = (out[columns] ?? 0) + v;
    for (let c = 0; c < columns; c++)
      out[c] = (out[c] ?? 0) + v * (data[(indices[j] as number) * columns + c] as number);
  }
  return out;
}

const everyRow = (n: number): number[] => Array.from({ length: n }, (_, i) => i);

function expectEqualSums(points: Matrix, weights: Float64Array, indices: Int32Array, chosen: Float64Array): void {
  const before = sums(points, everyRow(points.rows), weights);
  const after = sums(points, indices, chosen);
  const scale = before.reduce((most, x) => Math.max(most, Math.abs(x)), 1);
  after.forEach((x, c) => {
    expect(Math.abs(x - (before[c] as number)) / scale).toBeLessThan(1e-9);
  });
  for (const v of chosen) expect(v).toBeGreaterThan(0);
  expect(indices.length).toBeLessThanOrEqual(points.columns + 1);
}

describe("Carathéodory's set", () => {
  it("keeps both sums with at most h + 1 positive weights, fast and step by step", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), fc.integer({ min: 1, max: 300 }), fc.integer(), (h, n, seed) => {
        const random = new Random(seed);
        const points = { data: Float64Array.from({ length: n * h }, () => random.exponential()), rows: n, columns: h };
        const weights = Float64Array.from({ length: n }, () => random.uniform(0.1, 3));
        const fast = caratheodory(points, weights);
        expectEqualSums(points, weights, fast.indices, fast.weights);
        if (n > 60) return;
        const base = caratheodoryBase(points, weights);
        const left = everyRow(n).filter((i) => (base[i] as number) > 0);
        expectEqualSums(points, weights, Int32Array.from(left), takeValues(base, left));
      }),
      { numRuns: 60 },
    );
  });

  it("manages repeated points, dependent columns and columns of very different size", () => {
    const random = new Random(1);
    const data = new Float64Array(400 * 4);
    for (let i = 0; i < 400; i++) {
      const x = random.int(0, 3);
      data.set([x, 2 * x, 1e6 + 1e-3 * random.float(), 5], i * 4);
    }
    const points = { data, rows: 400, columns: 4 };
    const weights = new Float64Array(400).fill(1);
    const { indices, weights: v } = caratheodory(points, weights);
    expectEqualSums(points, weights, indices, v);
  });

  it("leaves few points as they are, and drops those of weight 0", () => {
    const points = { data: Float64Array.of(1, 2, 3, 4, 5, 6), rows: 3, columns: 2 };
    expect(caratheodory(points, [1, 2, 3])).toEqual({
      indices: Int32Array.of(0, 1, 2),
      weights: Float64Array.of(1, 2, 3),
    });
    expect([...caratheodory(points, [1, 0, 3]).indices]).toEqual([0, 2]);
    expect(() => caratheodory(points, [1, -1, 1])).toThrow("point 1");
    expect(() => caratheodory(points, [1])).toThrow("1 weights for 3 points");
  });

  it("of the moments of a regression gives the exact solution on a few rows", () => {
    const random = new Random(7);
    const [n, d] = [500, 3];
    const X = { data: Float64Array.from({ length: n * d }, () => random.normal()), rows: n, columns: d };
    const y = Float64Array.from({ length: n }, (_, i) => (X.data[i * d] as number) + random.normal());
    // All products of the columns of (x, y): the normal equations are their weighted sums.
    const pairs: number[] = [];
    for (let i = 0; i < n; i++) {
      const row = [...X.data.subarray(i * d, (i + 1) * d), y[i] as number];
      row.forEach((a, j) => {
        for (let k = 0; k <= j; k++) pairs.push(a * (row[k] as number));
      });
    }
    const moments = { data: Float64Array.from(pairs), rows: n, columns: ((d + 1) * (d + 2)) / 2 };
    const { indices, weights } = caratheodory(moments, new Float64Array(n).fill(1));
    expect(indices.length).toBeLessThanOrEqual(moments.columns + 1);
    const few = fitRidge(pickRows(X, indices).data, takeValues(y, indices), { weights, l2: 0, intercept: false });
    const full = fitRidge(X.data, y, { l2: 0, intercept: false });
    few.weights.forEach((w, j) => {
      expect(w).toBeCloseTo(full.weights[j] as number, 9);
    });
  });
});
