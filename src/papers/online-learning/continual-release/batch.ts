import { checkRecord, type EventRecord } from "./mechanism.ts";
import { noiseSource } from "./noise.ts";
import { gaussianRelease, noisyArgmax } from "./recompute.ts";

export interface BatchOptions {
  /** Privacy budget in zCDP. */
  rho: number;
  /** Makes the noise reproducible. */
  seed?: number | undefined;
}

/** Column sums of a whole data set. */
export function columnSums(data: readonly EventRecord[]): Float64Array {
  const d = data[0]?.length ?? 0;
  if (d === 0) throw new RangeError("the data set has no records, or no columns");
  const sums = new Float64Array(d);
  for (const record of data) {
    checkRecord(record, d);
    for (let j = 0; j < d; j++) sums[j] = (sums[j] as number) + (record[j] as number);
  }
  return sums;
}

/** One release at the end: $\max_j S_T[j] + N(0, 1/(2\rho))$. Its error does not depend on T. */
export function batchMaxSum(data: readonly EventRecord[], options: BatchOptions): number {
  let largest = 0;
  for (const sum of columnSums(data)) largest = Math.max(largest, sum);
  return largest + batchNoise(options)();
}

/** Draws of the noise of {@link batchMaxSum}. */
export function batchNoise({ rho, seed }: BatchOptions): () => number {
  if (!(rho > 0)) throw new RangeError(`rho is ${rho}; a positive number is wanted`);
  const release = gaussianRelease(1, rho);
  const source = noiseSource(seed);
  return () => release.draw(source);
}

/** One choice at the end by the exponential mechanism with $\varepsilon_0 = \sqrt{8\rho}$; its shortfall is $O(\log d)$. */
export function batchSumSelect(data: readonly EventRecord[], { rho, seed }: BatchOptions): number {
  if (!(rho > 0)) throw new RangeError(`rho is ${rho}; a positive number is wanted`);
  return noisyArgmax(columnSums(data), Math.sqrt(8 * rho), noiseSource(seed));
}
