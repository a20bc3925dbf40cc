/** Rows of features with one target each. */
export interface Regression {
  /** count × width, row-major. */
  features: Float32Array;
  targets: Float64Array;
  width: number;
}

/**
 * Ridge regression without intercept, $\arg\min_\beta \lVert y - X\beta\rVert^2 + \lambda\lVert\beta\rVert^2$, by conjugate
 * gradients on $(X^\top X + \lambda I)\beta = X^\top y$: each step passes once over the rows, and with λ of the size that
 * polygenic scores want, a dozen steps do what a factorisation of $X^\top X$ takes $O(nM^2)$ for. Stops at a residual of
 * `tolerance` times $\lVert X^\top y\rVert$. `start` is a guess that saves steps. λ must be positive.
 */
export function iterativeRidge(
  { features, targets, width }: Regression,
  lambda: number,
  { tolerance = 1e-6, start }: { tolerance?: number; start?: Float64Array } = {},
): Float64Array {
  if (!(lambda > 0)) throw new RangeError(`λ is ${lambda}, and above 0 is wanted`);
  const right = new Float64Array(width);
  for (let i = 0; i < targets.length; i++) addRow(right, features, i * width, targets[i] as number);
  const stop = tolerance * tolerance * dot(right, right);
  const beta = start ? start.slice() : new Float64Array(width);
  const residual = right.slice();
  if (start) {
    const product = normalProduct(features, targets.length, width, lambda, beta);
    for (let j = 0; j < width; j++) residual[j] = (residual[j] as number) - (product[j] as number);
  }
  const direction = residual.slice();
  let square = dot(residual, residual);
  for (let step = 0; step < 20 * width + 50 && square > stop; step++) {
    const product = normalProduct(features, targets.length, width, lambda, direction);
    const scale = square / dot(direction, product);
    for (let j = 0; j < width; j++) {
      beta[j] = (beta[j] as number) + scale * (direction[j] as number);
      residual[j] = (residual[j] as number) - scale * (product[j] as number);
    }
    const next = dot(residual, residual);
    const keep = next / square;
    for (let j = 0; j < width; j++) direction[j] = (residual[j] as number) + keep * (direction[j] as number);
    square = next;
  }
  return beta;
}

/** Predictions $X\beta$ of `count` rows. */
export function predictLinear(beta: Float64Array, features: Float32Array): Float64Array {
  const width = beta.length;
  return Float64Array.from({ length: features.length / width }, (_, i) => dotRow(features, i * width, beta));
}

/** $R^2 = 1 - \sum_i (y_i - \hat y_i)^2 / \sum_i (y_i - \bar y)^2$; 0 where all targets are equal. */
export function rSquared(targets: ArrayLike<number>, predicted: ArrayLike<number>): number {
  let mean = 0;
  for (let i = 0; i < targets.length; i++) mean += (targets[i] as number) / targets.length;
  let [wrong, total] = [0, 0];
  for (let i = 0; i < targets.length; i++) {
    wrong += ((targets[i] as number) - (predicted[i] as number)) ** 2;
    total += ((targets[i] as number) - mean) ** 2;
  }
  return total > 0 ? 1 - wrong / total : 0;
}

/** $(X^\top X + \lambda I)\,v$, one pass over the rows. */
function normalProduct(
  features: Float32Array,
  count: number,
  width: number,
  lambda: number,
  v: Float64Array,
): Float64Array {
  const out = new Float64Array(width);
  for (let j = 0; j < width; j++) out[j] = lambda * (v[j] as number);
  for (let i = 0; i < count; i++) addRow(out, features, i * width, dotRow(features, i * width, v));
  return out;
}

function dotRow(features: Float32Array, from: number, v: Float64Array): number {
  const width = v.length;
  // Four sums: one would make every addition wait for the last.
  let [a, b, c, d] = [0, 0, 0, 0];
  let j = 0;
  for (; j + 3 < width; j += 4) {
    a += (features[from + j] as number) * (v[j] as number);
    b += (features[from + j + 1] as number) * (v[j + 1] as number);
    c += (features[from + j + 2] as number) * (v[j + 2] as number);
    d += (features[from + j + 3] as number) * (v[j + 3] as number);
  }
  for (; j < width; j++) a += (features[from + j] as number) * (v[j] as number);
  return a + b + c + d;
}

function addRow(out: Float64Array, features: Float32Array, from: number, scale: number): void {
  for (let j = 0; j < out.length; j++) out[j] = (out[j] as number) + scale * (features[from + j] as number);
}

function dot(a: Float64Array, b: Float64Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += (a[i] as number) * (b[i] as number);
  return sum;
}
