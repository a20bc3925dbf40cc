import type { FloatArray } from "../../../kit/dtypes.ts";
import { intoBlock, kernelBlock, mergeKernel } from "./kernel.ts";

/** Whether all stretches are of 32-bit floats, which the kernel works on. */
export function allSingle(...lists: readonly (readonly FloatArray[])[]): boolean {
  return lists.every((list) => list.every((data) => data instanceof Float32Array));
}

/**
 * The weighted sum of one stretch of parameters, $\theta_j = \sum_i c_i \theta_{ij}$, in double precision; with
 * coefficients that sum to 1, the weighted average. Returns whether all results are finite.
 */
export function weightedSum(out: FloatArray, models: readonly FloatArray[], coefficients: readonly number[]): boolean {
  const kernel = allSingle([out], models) ? mergeKernel() : null;
  let finite = true;
  for (let start = 0; start < out.length; start += kernelBlock) {
    const size = Math.min(kernelBlock, out.length - start);
    if (kernel) {
      const even = size + (size % 2);
      kernel.clear(even);
      for (const [m, coefficient] of coefficients.entries()) {
        intoBlock(kernel.values, models[m] as Float32Array, start, size, 0);
        kernel.addPlain(even, coefficient);
      }
      if (kernel.round(even) !== 0) finite = false;
      out.set(kernel.out.subarray(0, size), start);
      continue;
    }
    for (let i = start; i < start + size; i++) {
      let sum = 0;
      for (let m = 0; m < coefficients.length; m++) {
        sum += (coefficients[m] as number) * ((models[m] as FloatArray)[i] as number);
      }
      out[i] = sum;
      if (sum - sum !== 0) finite = false;
    }
  }
  return finite;
}
