/**
 * Cholesky's factor in place: a symmetric positive-definite $A$ (n × n, row-major, only its lower triangle is read) becomes the
 * lower-triangular $L$ with $A = LL^\top$. False, with the matrix half overwritten, when $A$ is not positive definite to
 * double precision; with a `tolerance`, when a pivot is less than this share of its diagonal entry, whatever the units.
 */
export function choleskyFactor(matrix: Float64Array, n: number, tolerance = 0): boolean {
  if (matrix.length !== n * n) throw new RangeError(`a matrix of ${matrix.length} numbers is not ${n} × ${n}`);
  for (let i = 0; i < n; i++) {
    const row = i * n;
    for (let j = 0; j <= i; j++) {
      const other = j * n;
      const entry = matrix[row + j] as number;
      let sum = entry;
      for (let k = 0; k < j; k++) sum -= (matrix[row + k] as number) * (matrix[other + k] as number);
      if (i !== j) matrix[row + j] = sum / (matrix[other + j] as number);
      else if (sum > tolerance * entry && sum < Number.POSITIVE_INFINITY) matrix[row + i] = Math.sqrt(sum);
      else return false;
    }
  }
  return true;
}

/** Solves $LL^\top x = b$ in place of `right`, with the factor of {@link choleskyFactor}. */
export function choleskySubstitute(factor: Float64Array, right: Float64Array): Float64Array {
  const n = right.length;
  for (let i = 0; i < n; i++) {
    let sum = right[i] as number;
    for (let k = 0; k < i; k++) sum -= (factor[i * n + k] as number) * (right[k] as number);
    right[i] = sum / (factor[i * n + i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    let sum = right[i] as number;
    for (let k = i + 1; k < n; k++) sum -= (factor[k * n + i] as number) * (right[k] as number);
    right[i] = sum / (factor[i * n + i] as number);
  }
  return right;
}

/** The $x$ with $Ax = b$ for a symmetric positive-definite $A$; undefined when it is none. Leaves its arguments as they are. */
export function solvePositiveDefinite(matrix: Float64Array, right: ArrayLike<number>): Float64Array | undefined {
  const factor = matrix.slice();
  return choleskyFactor(factor, right.length) ? choleskySubstitute(factor, Float64Array.from(right)) : undefined;
}

/** $A^{-1}$ of a symmetric positive-definite n × n matrix; undefined when it is none, see {@link choleskyFactor}. O(n³). */
export function invertPositiveDefinite(matrix: Float64Array, n: number, tolerance = 0): Float64Array | undefined {
  const factor = matrix.slice();
  if (!choleskyFactor(factor, n, tolerance)) return undefined;
  const inverse = new Float64Array(n * n);
  for (let c = 0; c < n; c++) {
    // The inverse is symmetric: its rows are its columns.
    const row = inverse.subarray(c * n, (c + 1) * n);
    row[c] = 1;
    choleskySubstitute(factor, row);
  }
  return inverse;
}
