/** $\log\sigma(z) = -\mathrm{softplus}(-z)$, exact far out on both sides: −800 at −800 and 0 at 800. */
export function logSigmoid(z: number): number {
  return z >= 0 ? -Math.log1p(Math.exp(-z)) : z - Math.log1p(Math.exp(z));
}

export interface LogisticOptions {
  /** λ of every coefficient, or one each (0 leaves an intercept free). */
  l2?: number | ArrayLike<number>;
}

/**
 * Logistic regression by damped Newton steps: the minimiser of
 * $-\sum_i \log\sigma(w^\top x_i) + \tfrac12 \sum_j \lambda_j w_j^2$. A label is the sign of its row: an example of class 0
 * enters as $-x$, a comparison as the difference of winner and loser. Throws on no rows, ragged rows and values that are
 * not finite; `name` says what a row is in those messages.
 */
export function fitLogistic(
  rows: readonly ArrayLike<number>[],
  { l2 = 1e-3 }: LogisticOptions = {},
  name = "row",
): Float64Array {
  const width = rows[0]?.length ?? 0;
  if (width === 0) throw new RangeError(`no ${name}s`);
  rows.forEach((row, r) => {
    if (row.length !== width) throw new RangeError(`${name} ${r} has features of another length`);
    for (let i = 0; i < width; i++)
      if (!Number.isFinite(row[i])) throw new RangeError(`${name} ${r} has a feature that is not finite`);
  });
  const penalty = Float64Array.from({ length: width }, (_, i) => (typeof l2 === "number" ? l2 : (l2[i] ?? 0)));
  const dot = (w: Float64Array, x: ArrayLike<number>): number => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += (w[i] as number) * (x[i] as number);
    return sum;
  };
  const loss = (w: Float64Array): number => {
    let sum = 0;
    for (let i = 0; i < width; i++) sum += ((penalty[i] as number) / 2) * (w[i] as number) ** 2;
    for (const row of rows) sum -= logSigmoid(dot(w, row));
    return sum;
  };
  let weights = new Float64Array(width);
  let current = loss(weights);
  for (let round = 0; round < 100; round++) {
    const { gradient, hessian } = derivatives(rows, weights, penalty, dot);
    const step = solve(hessian, gradient);
    let size = 1;
    let next = weights.map((w, i) => w - size * (step[i] as number));
    while (loss(next) > current && size > 1e-8) {
      size /= 2;
      next = weights.map((w, i) => w - size * (step[i] as number));
    }
    const reached = loss(next);
    weights = next;
    if (current - reached < 1e-12 * Math.abs(current)) break;
    current = reached;
  }
  return weights;
}

function derivatives(
  rows: readonly ArrayLike<number>[],
  weights: Float64Array,
  penalty: Float64Array,
  dot: (w: Float64Array, x: ArrayLike<number>) => number,
): { gradient: Float64Array; hessian: Float64Array[] } {
  const width = weights.length;
  const gradient = weights.map((w, i) => (penalty[i] as number) * w);
  const hessian = Array.from({ length: width }, (_, i) => {
    const row = new Float64Array(width);
    row[i] = penalty[i] as number;
    return row;
  });
  for (const x of rows) {
    const p = Math.exp(logSigmoid(-dot(weights, x))); // probability of the other label
    for (let i = 0; i < width; i++) {
      const xi = x[i] as number;
      gradient[i] = (gradient[i] as number) - p * xi;
      const row = hessian[i] as Float64Array;
      for (let j = 0; j < width; j++) row[j] = (row[j] as number) + p * (1 - p) * xi * (x[j] as number);
    }
  }
  return { gradient, hessian };
}

/** Solves a symmetric positive-definite system by Cholesky's decomposition, in place. */
function solve(matrix: Float64Array[], right: Float64Array): Float64Array {
  const n = right.length;
  const x = Float64Array.from(right);
  for (let i = 0; i < n; i++) {
    const row = matrix[i] as Float64Array;
    for (let j = 0; j <= i; j++) {
      const other = matrix[j] as Float64Array;
      let sum = row[j] as number;
      for (let k = 0; k < j; k++) sum -= (row[k] as number) * (other[k] as number);
      row[j] = i === j ? Math.sqrt(sum) : sum / (other[j] as number);
    }
  }
  for (let i = 0; i < n; i++) {
    const row = matrix[i] as Float64Array;
    for (let k = 0; k < i; k++) x[i] = (x[i] as number) - (row[k] as number) * (x[k] as number);
    x[i] = (x[i] as number) / (row[i] as number);
  }
  for (let i = n - 1; i >= 0; i--) {
    for (let k = i + 1; k < n; k++)
      x[i] = (x[i] as number) - ((matrix[k] as Float64Array)[i] as number) * (x[k] as number);
    x[i] = (x[i] as number) / ((matrix[i] as Float64Array)[i] as number);
  }
  return x;
}
