import type { Random } from "../../../kit/random.ts";
import type { NdArray } from "./attention-shapes.ts";

/** Independent Gaussians of the given spread. */
export function randomArray(random: Random, shape: readonly number[], sd = 1): NdArray {
  const length = shape.reduce((product, size) => product * size, 1);
  return { data: Float32Array.from({ length }, () => random.normal(0, sd)), shape: [...shape] };
}
