import { type ParamTree, treeNorm } from "./tree.ts";

/** Scales a gradient in place so that its norm over all parameters is at most `limit`; returns the norm it had. */
export function clipNorm(gradient: ParamTree, limit: number): number {
  const norm = treeNorm(gradient);
  if (norm > limit) {
    const factor = limit / norm;
    for (const { data } of Object.values(gradient)) {
      for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) * factor;
    }
  }
  return norm;
}
