import { describe, expect, it } from "vitest";
import { invertPositiveDefinite } from "../../../kit/cholesky.ts";
import { Random } from "../../../kit/random.ts";
import { type DOptimal, dOptimal } from "./d-optimal.ts";

const draw = (random: Random, d: number) => Float64Array.from({ length: d }, (_, j) => random.normal(0, 1 + j));

/** Reads records until so many labels are bought; gives the positions of the labels. */
function read(strategy: DOptimal, records: readonly Float64Array[]): number[] {
  const bought: number[] = [];
  for (const [t, x] of records.entries()) {
    const { query } = strategy.shouldQuery(x);
    if (query) bought.push(t);
    strategy.observe({ queried: query, x });
  }
  return bought;
}

const determinant = (matrix: Float64Array, d: number): number => {
  const A = [...matrix];
  let product = 1;
  for (let i = 0; i < d; i++) {
    product *= A[i * d + i] ?? 0;
    for (let r = i + 1; r < d; r++) {
      const factor = (A[r * d + i] ?? 0) / (A[i * d + i] ?? 1);
      for (let c = i; c < d; c++) A[r * d + c] = (A[r * d + c] ?? 0) - factor * (A[i * d + c] ?? 0);
    }
  }
  return product;
};

describe("dOptimal", () => {
  const d = 4;

  it("keeps the inverse and the leverages of the warm-up exact through 200 labels", () => {
    const random = new Random(1);
    const strategy = dOptimal({ dimension: d, rate: 0.3, warmup: 50, ridge: 0.5 });
    const warm = Array.from({ length: 50 }, () => draw(random, d));
    for (const x of warm) strategy.observe({ queried: false, x });
    const A = new Float64Array(d * d);
    for (let i = 0; i < d; i++) A[i * d + i] = 0.5;
    for (let n = 0; n < 200; n++) {
      const x = draw(random, d);
      const before = determinant(A, d);
      const lever = strategy.leverage(x);
      strategy.addLabelled(x);
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++) A[i * d + j] = (A[i * d + j] ?? 0) + (x[i] ?? 0) * (x[j] ?? 0);
      // One label multiplies the determinant of the information by 1 + x'Px.
      expect(determinant(A, d) / before / (1 + lever)).toBeCloseTo(1, 8);
    }
    const direct = invertPositiveDefinite(A, d) ?? new Float64Array();
    const own = strategy.inverse ?? new Float64Array();
    for (let i = 0; i < d * d; i++) expect(Math.abs((own[i] ?? 0) - (direct[i] ?? 1))).toBeLessThan(1e-9);
    const fresh = dOptimal({ dimension: d, rate: 0.3, warmup: 50, ridge: 0.5 });
    fresh.restore(JSON.parse(JSON.stringify(strategy.save())));
    expect(Math.abs(fresh.threshold / strategy.threshold - 1)).toBeLessThan(1e-9);
  });

  it("queries about the share it was given, on independent records", () => {
    const random = new Random(2);
    for (const rate of [0.05, 0.1, 0.3]) {
      const strategy = dOptimal({ dimension: d, rate, warmup: 1000, ridge: 1 });
      const bought = read(
        strategy,
        Array.from({ length: 5000 }, () => draw(random, d)),
      );
      expect(Math.abs(bought.length / 4000 - rate)).toBeLessThan(0.35 * rate);
    }
  });

  it("decides the same in other units, with ridge 0", () => {
    const random = new Random(3);
    const records = Array.from({ length: 600 }, () => draw(random, d));
    // A shear and other units: any invertible linear map.
    const mapped = records.map((x) =>
      Float64Array.of(3 * (x[0] ?? 0) + (x[1] ?? 0), -(x[1] ?? 0), 100 * (x[2] ?? 0), 0.01 * (x[3] ?? 0) + (x[0] ?? 0)),
    );
    const settings = { dimension: d, rate: 0.2, warmup: 100, ridge: 0 };
    const bought = read(dOptimal(settings), records);
    expect(bought).toEqual(read(dOptimal(settings), mapped));
    expect(bought.length).toBeGreaterThan(40);
    // Before the labelled records span all directions everything is queried.
    expect(bought.slice(0, d)).toEqual([100, 101, 102, 103]);
  });

  it("refuses a warm-up that cannot show the spread of the features", () => {
    expect(() => dOptimal({ dimension: 8, rate: 0.1, warmup: 8 })).toThrow(/8 records is too short for 8 features: 9/);
    expect(() => dOptimal({ dimension: 8, rate: 0 })).toThrow(/rate 0/);
  });
});
