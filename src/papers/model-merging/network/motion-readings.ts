import type { ParamTree, Tensor } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";

export const motionClasses = ["calm", "walking", "running"];
export const motionFeatures = ["x_mean", "x_sd", "y_mean", "y_sd", "z_mean", "z_sd"];

/** Labelled rows of a made-up motion sensor. */
export interface Readings {
  /** count × 6 */
  rows: Float32Array;
  labels: Uint8Array;
}

/** Made-up readings of a motion sensor; worn on the ankle, the axes are swapped and stronger than on the wrist. */
export function motionReadings(count: number, ankle: boolean, random: Random): Readings {
  const rows = new Float32Array(count * motionFeatures.length);
  const labels = Uint8Array.from({ length: count }, (_, n) => n % motionClasses.length);
  for (const [n, label] of labels.entries()) {
    const strength = [0.2, 0.9, 1.8][label] ?? 0;
    for (let axis = 0; axis < 3; axis++) {
      const share = [1, 0.4, 0.1][ankle ? 2 - axis : axis] ?? 0;
      const sd = strength * share * (ankle ? 1.3 : 1) + 0.15;
      rows[n * 6 + 2 * axis] = random.normal(share - (label === 2 ? 0.6 : 0), 0.35);
      rows[n * 6 + 2 * axis + 1] = sd * random.uniform(0.6, 1.4);
    }
  }
  return { rows, labels };
}

/** The rows as CSV, with or without their class. */
export function readingsCsv({ rows, labels }: Readings, withLabels: boolean): string {
  const head = withLabels ? [...motionFeatures, "label"] : motionFeatures;
  const lines = Array.from(labels, (label, n) => {
    const cells = Array.from(rows.subarray(n * 6, n * 6 + 6), (value) => value.toFixed(4));
    return [...cells, ...(withLabels ? [motionClasses[label] ?? ""] : [])].join(",");
  });
  return `${[head.join(","), ...lines].join("\n")}\n`;
}

/** An MLP's tree under the names and in the layout that PyTorch gives `nn.Sequential(Linear, ReLU, Linear, …)`. */
export function asPyTorch(tree: ParamTree): ParamTree {
  const layers = Object.keys(tree).filter((name) => name.endsWith(".weight"));
  return Object.fromEntries(
    layers.flatMap((name, layer) => {
      const [ours, theirs] = [name.slice(0, -".weight".length), 2 * layer];
      const weight = tree[`${ours}.weight`] as Tensor; // an MLP has both
      const [into = 0, out = 0] = weight.shape;
      const data = Float32Array.from(
        weight.data,
        (_, at) => weight.data[(at % into) * out + Math.floor(at / into)] ?? 0,
      );
      return [
        [`${theirs}.weight`, { data, shape: [out, into] }],
        [`${theirs}.bias`, tree[`${ours}.bias`] as Tensor],
      ];
    }),
  );
}
