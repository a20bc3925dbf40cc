import type { FloatArray } from "../../../kit/dtypes.ts";

/** Elements of a stretch that the distances are measured on. */
const sampled = 1 << 14;

/**
 * Measures how far models lie from the first one on the beginnings of stretches:
 * $\lVert\theta_i - \theta_1\rVert / \sqrt{\lVert\theta_i\rVert\,\lVert\theta_1\rVert}$, far below 1 for models of one
 * ancestor and near $\sqrt 2$ for strangers.
 */
export function distanceMeter(models: number): { add(values: readonly FloatArray[]): void; read(): number[] } {
  const norms = new Float64Array(models);
  const apart = new Float64Array(models);
  return {
    add(values) {
      const first = values[0] as FloatArray;
      const size = Math.min(first.length, sampled);
      for (let m = 0; m < models; m++) {
        const data = values[m] as FloatArray;
        let [norm, far] = [0, 0];
        for (let i = 0; i < size; i++) {
          norm += (data[i] as number) ** 2;
          far += ((data[i] as number) - (first[i] as number)) ** 2;
        }
        norms[m] = (norms[m] as number) + norm;
        apart[m] = (apart[m] as number) + far;
      }
    },
    read() {
      return Array.from(apart, (far, m) => {
        const scale = Math.sqrt((norms[0] as number) * (norms[m] as number));
        return scale > 0 ? Math.sqrt(far / scale) : 0;
      });
    },
  };
}

/** A note for the reader when a model lies too far from the first to be of the same ancestor; else undefined. */
export function strangerNote(names: readonly string[], distances: readonly number[]): string | undefined {
  const far = distances.findIndex((distance) => distance > 1);
  if (far <= 0) return undefined;
  return `**Do these models share an ancestor?** ${names[far]} lies ${(distances[far] ?? 0).toFixed(2)} from ${names[0]}, relative to their norms. Fine-tuned models lie far below 1; models trained from different starts lie near 1.4, and their average is of no use.`;
}
