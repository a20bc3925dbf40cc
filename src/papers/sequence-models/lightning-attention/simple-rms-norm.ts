import { checkArray, type NdArray, zerosLike } from "./attention-shapes.ts";

/** Root mean square of the numbers from `start` to `start + width`. */
export function rootMeanSquare(data: Float32Array, start: number, width: number): number {
  let sum = 0;
  for (let i = start; i < start + width; i++) sum += (data[i] as number) ** 2;
  return Math.sqrt(sum / width);
}

/**
 * SimpleRMSNorm over the last axis (paper, section on TransNormerLLM), without a learned scale:
 * $$\operatorname{SRMS}(x) = \frac{x}{\lVert x\rVert_2/\sqrt d + \varepsilon} .$$
 * Applied to the output of attention it takes the place of the denominator of linear attention. Zero stays zero.
 */
export function simpleRmsNorm(x: NdArray, eps = 1e-6): NdArray {
  checkArray("x", x);
  const width = x.shape[x.shape.length - 1] ?? 1;
  const out = zerosLike(x);
  for (let start = 0; start < x.data.length; start += width) {
    const scale = 1 / (rootMeanSquare(x.data, start, width) + eps);
    for (let i = start; i < start + width; i++) out.data[i] = scale * (x.data[i] as number);
  }
  return out;
}
