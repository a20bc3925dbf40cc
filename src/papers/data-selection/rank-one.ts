/** Leverage $x^\top P x$ of a record under a symmetric d × d matrix, row by row. O(d²). */
export function leverage(P: Float64Array, x: ArrayLike<number>): number {
  const d = x.length;
  let sum = 0;
  for (let i = 0; i < d; i++) {
    let row = 0;
    for (let j = 0; j < d; j++) row += (P[i * d + j] as number) * (x[j] as number);
    sum += (x[i] as number) * row;
  }
  return sum;
}

/**
 * The inverse after one more record (Sherman–Morrison), in place: $P \leftarrow P - \frac{v\, P x x^\top P}{1 + v\, x^\top P x}$ for
 * importance v. `gain` receives $P x$ of the old matrix. Returns the old leverage $x^\top P x$. O(d²).
 */
export function addRecord(P: Float64Array, x: ArrayLike<number>, gain: Float64Array, weight = 1): number {
  const d = x.length;
  let lever = 0;
  for (let i = 0; i < d; i++) {
    let row = 0;
    for (let j = 0; j < d; j++) row += (P[i * d + j] as number) * (x[j] as number);
    gain[i] = row;
    lever += (x[i] as number) * row;
  }
  const scale = weight / (1 + weight * lever);
  for (let i = 0; i < d; i++) {
    const share = scale * (gain[i] as number);
    for (let j = 0; j < d; j++) P[i * d + j] = (P[i * d + j] as number) - share * (gain[j] as number);
  }
  return lever;
}

/** The identity of d × d, times `scale`. */
export function scaledIdentity(d: number, scale: number): Float64Array {
  const matrix = new Float64Array(d * d);
  for (let i = 0; i < d; i++) matrix[i * d + i] = scale;
  return matrix;
}

/** Inverse of a symmetric positive definite matrix by Cholesky; undefined when it is singular to working precision. O(d³). */
export function invertPositive(A: Float64Array, d: number): Float64Array | undefined {
  const L = new Float64Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = 0; j <= i; j++) {
      let sum = A[i * d + j] as number;
      for (let k = 0; k < j; k++) sum -= (L[i * d + k] as number) * (L[j * d + k] as number);
      if (i === j) {
        // Relative to the diagonal, so that the units of a feature decide nothing.
        if (!(sum > 1e-12 * (A[i * d + i] as number))) return undefined;
        L[i * d + i] = Math.sqrt(sum);
      } else L[i * d + j] = sum / (L[j * d + j] as number);
    }
  }
  const inverse = new Float64Array(d * d);
  const column = new Float64Array(d);
  for (let c = 0; c < d; c++) {
    for (let i = 0; i < d; i++) {
      let sum = i === c ? 1 : 0;
      for (let k = 0; k < i; k++) sum -= (L[i * d + k] as number) * (column[k] as number);
      column[i] = sum / (L[i * d + i] as number);
    }
    for (let i = d - 1; i >= 0; i--) {
      let sum = column[i] as number;
      for (let k = i + 1; k < d; k++) sum -= (L[k * d + i] as number) * (column[k] as number);
      column[i] = sum / (L[i * d + i] as number);
      inverse[i * d + c] = column[i] as number;
    }
  }
  return inverse;
}
