import { fourier, largestTransform } from "./fft.ts";

/** The smallest power of two that is at least `n`. */
export function powerOfTwoAtLeast(n: number): number {
  return n <= 1 ? 1 : 2 ** Math.ceil(Math.log2(n));
}

/**
 * A bound on the rounding error of one value of a cyclic correlation of $L$ points:
 * $6\cdot2^{-53}\,\log_2 L\,\lVert a\rVert_2\lVert b\rVert_2$. The product of the norms is given; for a sum of correlations, the
 * sum of the products.
 */
export function roundingBound(size: number, norms: number): number {
  return 6 * 2 ** -53 * Math.max(1, Math.log2(size)) * norms;
}

/** acc += a · conj(b), pointwise. */
export function addProduct(
  accRe: Float64Array,
  accIm: Float64Array,
  aRe: Float64Array,
  aIm: Float64Array,
  bRe: Float64Array,
  bIm: Float64Array,
): void {
  for (let k = 0; k < accRe.length; k++) {
    const ar = aRe[k] as number;
    const ai = aIm[k] as number;
    const br = bRe[k] as number;
    const bi = bIm[k] as number;
    accRe[k] = (accRe[k] as number) + ar * br + ai * bi;
    accIm[k] = (accIm[k] as number) + ai * br - ar * bi;
  }
}

/**
 * Points $L$ of the transforms that compute `outputs` values of a correlation with a pattern of length `m` at least cost,
 * and the values each gives. In a cyclic correlation of $L$ points the values $0,\dots,L-m$ do not wrap around, so
 * consecutive blocks of the text overlap by $m-1$ and none has to be padded (overlap–save). No blocks when $m$ is beyond
 * the largest transform.
 */
export function blockSize(
  outputs: number,
  m: number,
  cost: (size: number, blocks: number) => number,
): { size: number; step: number; blocks: number } {
  let best = { size: 0, step: 0, blocks: 0 };
  let least = Number.POSITIVE_INFINITY;
  const largest = Math.min(largestTransform, powerOfTwoAtLeast(outputs + m - 1));
  // Blocks that give less than a quarter of their points are never worth it.
  for (
    let size = Math.max(Math.min(largest, powerOfTwoAtLeast((4 * m) / 3)), powerOfTwoAtLeast(m));
    size <= largest;
    size *= 2
  ) {
    const step = size - m + 1;
    const blocks = Math.ceil(outputs / step);
    const total = cost(size, blocks);
    if (total < least) {
      least = total;
      best = { size, step, blocks };
    }
  }
  return best;
}

function norm(values: Float64Array, name: string): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) {
    const value = values[i] as number;
    if (!Number.isInteger(value)) throw new RangeError(`${name}[${i}] is ${value}; correlate takes whole numbers`);
    sum += value * value;
  }
  return Math.sqrt(sum);
}

/**
 * Exact correlation of whole numbers, $c_i=\sum_{j<m}a_{i+j}b_j$ for $i=0,\dots,n-m$, by complex transforms that carry two
 * blocks of $a$ at once, one in the real and one in the imaginary part.
 *
 * Exact because it refuses what it cannot round: a RangeError when the rounding bound reaches ¼, for values that are not
 * whole, and for $m=0$ or $m>n$.
 */
export function correlate(a: Float64Array, b: Float64Array): Float64Array {
  const [n, m] = [a.length, b.length];
  if (m === 0 || m > n) throw new RangeError(`correlate needs 1 ≤ m ≤ n; got n = ${n} and m = ${m}`);
  const outputs = n - m + 1;
  const { size, step, blocks } = blockSize(
    outputs,
    m,
    (points, count) => points * (Math.log2(points) + 2) * (1 + 2 * Math.ceil(count / 2)),
  );
  if (blocks === 0) throw new RangeError(`b has ${m} values; correlate takes at most ${largestTransform}`);
  const bound = roundingBound(size, norm(a, "a") * norm(b, "b"));
  if (bound >= 0.25) {
    throw new RangeError(`the values are too large for an exact result: the rounding bound is ${bound.toPrecision(2)}`);
  }
  const transform = fourier(size);
  const zeros = () => new Float64Array(size);
  const [bRe, bIm, re, im, outRe, outIm] = [zeros(), zeros(), zeros(), zeros(), zeros(), zeros()];
  bRe.set(b);
  transform.forward(bRe, bIm);
  const result = new Float64Array(outputs);
  for (let block = 0; block < blocks; block += 2) {
    const first = block * step;
    const second = Math.min(first + step, n);
    for (const [lane, from] of [
      [re, first],
      [im, second],
    ] as const) {
      const part = a.subarray(from, from + size);
      lane.set(part);
      lane.fill(0, part.length);
    }
    transform.forward(re, im);
    outRe.fill(0);
    outIm.fill(0);
    addProduct(outRe, outIm, re, im, bRe, bIm);
    transform.inverse(outRe, outIm);
    for (let i = 0; i < step && first + i < outputs; i++) result[first + i] = Math.round((outRe[i] as number) / size);
    for (let i = 0; i < step && second + i < outputs; i++) result[second + i] = Math.round((outIm[i] as number) / size);
  }
  return result;
}
