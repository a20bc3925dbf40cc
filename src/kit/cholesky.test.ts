import { describe, expect, it } from "vitest";
import { choleskyFactor, invertPositiveDefinite, solvePositiveDefinite } from "./cholesky.ts";
import { Random } from "./random.ts";

/** $MM^\top + I$ of a random M: symmetric and positive definite. */
function positiveDefinite(n: number, random: Random): Float64Array {
  const m = Float64Array.from({ length: n * n }, () => random.normal());
  return Float64Array.from({ length: n * n }, (_, at) => {
    const [i, j] = [Math.floor(at / n), at % n];
    let sum = i === j ? 1 : 0;
    for (let k = 0; k < n; k++) sum += (m[i * n + k] as number) * (m[j * n + k] as number);
    return sum;
  });
}

const product = (a: Float64Array, b: Float64Array, n: number): Float64Array =>
  Float64Array.from({ length: n * n }, (_, at) => {
    let sum = 0;
    for (let k = 0; k < n; k++) sum += (a[Math.floor(at / n) * n + k] as number) * (b[k * n + (at % n)] as number);
    return sum;
  });

describe("Cholesky", () => {
  it.each([1, 2, 7])("inverts and solves with matrices of %d rows", (n) => {
    const random = new Random(n);
    const matrix = positiveDefinite(n, random);
    const inverse = invertPositiveDefinite(matrix, n) ?? new Float64Array(n * n);
    const identity = product(matrix, inverse, n);
    for (const [at, value] of identity.entries()) {
      expect(value).toBeCloseTo(Math.floor(at / n) === at % n ? 1 : 0, 9);
    }
    const x = Float64Array.from({ length: n }, () => random.normal());
    const right = Float64Array.from({ length: n }, (_, i) =>
      x.reduce((s, v, j) => s + (matrix[i * n + j] as number) * v, 0),
    );
    const solved = solvePositiveDefinite(matrix, right) ?? new Float64Array();
    for (const [i, value] of x.entries()) expect(solved[i]).toBeCloseTo(value, 9);
  });

  it("knows a matrix that is not positive definite, and with a tolerance one that hardly is, in any unit", () => {
    expect(invertPositiveDefinite(Float64Array.of(1, 2, 2, 1), 2)).toBeUndefined();
    expect(choleskyFactor(Float64Array.of(-1), 1)).toBe(false);
    for (const unit of [1, 1e-20, 1e20]) {
      const hardly = Float64Array.of(unit, unit, unit, unit * (1 + 1e-14));
      expect(invertPositiveDefinite(hardly, 2, 1e-12)).toBeUndefined();
      expect(invertPositiveDefinite(Float64Array.of(unit, 0, 0, unit * 1e-30), 2, 1e-12)).toBeDefined();
    }
  });
});
