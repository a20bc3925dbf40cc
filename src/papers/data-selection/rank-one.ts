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
