import type { FloatArray } from "../../../kit/dtypes.ts";
import { intoBlock, type Kernel, kernelBlock, mergeKernel } from "../checkpoints/kernel.ts";
import { allSingle } from "../checkpoints/weighted-sum.ts";

/** What one model brings to a merge: its weight (λ, divided by the norm of its Fisher) and its floor. */
export interface MergeWeight {
  weight: number;
  floor: number;
  /** λ itself, for coordinates where every weighted Fisher is 0. */
  coefficient: number;
}

/**
 * The merge of one stretch of parameters, in double precision:
 * $\theta_j = \sum_i w_i \max(F_{ij}, f_i)\,\theta_{ij} \,/\, \sum_i w_i \max(F_{ij}, f_i)$.
 * Where the denominator is 0, the first model's value stands if `favorTarget`, else the plain average by coefficients.
 * Returns whether all results are finite.
 */
export function mergeValues(
  out: FloatArray,
  models: readonly FloatArray[],
  fishers: readonly FloatArray[],
  weights: readonly MergeWeight[],
  favorTarget: boolean,
): boolean {
  const kernel = allSingle([out], models, fishers) ? mergeKernel() : null;
  let finite = true;
  for (let start = 0; start < out.length; start += kernelBlock) {
    const size = Math.min(kernelBlock, out.length - start);
    if (kernel && mergeInKernel(kernel, out, models, fishers, weights, start, size)) continue;
    for (let i = start; i < start + size; i++) {
      let [above, below] = [0, 0];
      for (let m = 0; m < weights.length; m++) {
        const { weight, floor } = weights[m] as MergeWeight;
        const w = weight * Math.max((fishers[m] as FloatArray)[i] as number, floor);
        below += w;
        above += w * ((models[m] as FloatArray)[i] as number);
      }
      const value = below > 0 ? above / below : uninformed(models, weights, i, favorTarget, below);
      out[i] = value;
      if (value - value !== 0) finite = false;
    }
  }
  return finite;
}

/** One block by the kernel; false when some result is not finite, as 0 / 0 is, and needs a closer look. */
function mergeInKernel(
  kernel: Kernel,
  out: FloatArray,
  models: readonly FloatArray[],
  fishers: readonly FloatArray[],
  weights: readonly MergeWeight[],
  start: number,
  size: number,
): boolean {
  const even = size + (size % 2);
  kernel.clear(even);
  for (const [m, { weight, floor }] of weights.entries()) {
    intoBlock(kernel.values, models[m] as Float32Array, start, size, 0);
    intoBlock(kernel.fisher, fishers[m] as Float32Array, start, size, 1);
    kernel.addWeighted(even, weight, floor);
  }
  if (kernel.divide(even) !== 0) return false;
  out.set(kernel.out.subarray(0, size), start);
  return true;
}

/** The value where no model carries weight; NaN passes through. */
function uninformed(
  models: readonly FloatArray[],
  weights: readonly MergeWeight[],
  at: number,
  favorTarget: boolean,
  below: number,
): number {
  if (Number.isNaN(below)) return below;
  if (favorTarget) return models[0]?.[at] ?? Number.NaN;
  return weights.reduce((sum, { coefficient }, m) => sum + coefficient * (models[m]?.[at] ?? Number.NaN), 0);
}

/** Sum of squares of a stretch of Fisher information; NaN when an entry is negative or not a number. */
export function fisherSquares(fisher: FloatArray): number {
  const kernel = fisher instanceof Float32Array ? mergeKernel() : null;
  let sum = 0;
  if (kernel && fisher instanceof Float32Array) {
    for (let start = 0; start < fisher.length; start += kernelBlock) {
      const size = Math.min(kernelBlock, fisher.length - start);
      intoBlock(kernel.fisher, fisher, start, size, 0);
      sum += kernel.sumOfSquares(size + (size % 2));
    }
    return sum;
  }
  for (let i = 0; i < fisher.length; i++) {
    const value = fisher[i] as number;
    if (!(value >= 0)) return Number.NaN;
    sum += value * value;
  }
  return sum;
}
