import { multiply } from "../../kit/nets/multiply.ts";
import { Random } from "../../kit/random.ts";

/** Principal directions of rows of numbers. */
export interface PrincipalComponents {
  /** Mean of every column. */
  mean: Float64Array;
  /** components × width, orthonormal rows, the one with the largest variance first. */
  directions: Float32Array;
  /** Standard deviation along every direction. */
  spread: Float64Array;
  count: number;
}

/**
 * The leading principal components of rows × width values by orthogonal iteration on the covariance matrix: the block of
 * directions is multiplied and orthonormalised (Gram–Schmidt) until it stops turning. A fixed start makes it repeatable.
 */
export function principalComponents(
  values: Float32Array,
  width: number,
  components: number,
  { iterations = 60 } = {},
): PrincipalComponents {
  const rows = Math.floor(values.length / width);
  if (rows < 2 || components < 1 || components > width) {
    throw new RangeError(`${components} components of ${rows} rows with ${width} columns`);
  }
  const mean = new Float64Array(width);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let j = 0; j < width; j++, at++) mean[j] = (mean[j] as number) + (values[at] as number) / rows;
  }
  const centred = new Float32Array(rows * width);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let j = 0; j < width; j++, at++) centred[at] = (values[at] as number) - (mean[j] as number);
  }
  const covariance = new Float32Array(width * width);
  multiply(covariance, centred, centred, width, width, rows, { transposeA: true });
  for (let i = 0; i < covariance.length; i++) covariance[i] = (covariance[i] as number) / (rows - 1);
  const random = new Random(1);
  // A few directions more than wanted, so that the last ones wanted settle too.
  const block = Math.min(width, components + 8);
  const basis = Float32Array.from({ length: block * width }, () => random.normal());
  const next = new Float32Array(block * width);
  const spread = orthonormalise(basis, width);
  for (let i = 0; i < iterations; i++) {
    multiply(next, basis, covariance, block, width, width);
    basis.set(next);
    spread.set(orthonormalise(basis, width));
  }
  return {
    mean,
    directions: basis.slice(0, components * width),
    spread: spread.slice(0, components).map((value) => Math.sqrt(Math.max(0, value))),
    count: components,
  };
}

/** Gram–Schmidt on the rows, twice for accuracy; returns the length each row had beyond those before it. */
function orthonormalise(rows: Float32Array, width: number): Float64Array {
  const lengths = new Float64Array(rows.length / width);
  for (let r = 0; r < lengths.length; r++) {
    const row = rows.subarray(r * width, (r + 1) * width);
    for (let pass = 0; pass < 2; pass++) {
      for (let q = 0; q < r; q++) {
        const other = rows.subarray(q * width, (q + 1) * width);
        let dot = 0;
        for (let j = 0; j < width; j++) dot += (row[j] as number) * (other[j] as number);
        for (let j = 0; j < width; j++) row[j] = (row[j] as number) - dot * (other[j] as number);
      }
      const length = Math.hypot(...row) || 1;
      if (pass === 0) lengths[r] = length;
      for (let j = 0; j < width; j++) row[j] = (row[j] as number) / length;
    }
  }
  return lengths;
}

/** Coordinates of rows × width values along the directions (rows × components); `whiten` divides each by its spread. */
export function project(
  { mean, directions, spread, count }: PrincipalComponents,
  values: Float32Array,
  { whiten = false } = {},
): Float32Array {
  const width = mean.length;
  const rows = Math.floor(values.length / width);
  const centred = new Float32Array(rows * width);
  for (let r = 0, at = 0; r < rows; r++) {
    for (let j = 0; j < width; j++, at++) centred[at] = (values[at] as number) - (mean[j] as number);
  }
  const out = new Float32Array(rows * count);
  multiply(out, centred, directions, rows, count, width, { transposeB: true });
  if (whiten) {
    for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) / ((spread[i % count] as number) || 1);
  }
  return out;
}
