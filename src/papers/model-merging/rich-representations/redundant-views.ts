import type { Random } from "../../../kit/random.ts";
import type { LabelledInputs } from "./episodes.ts";

export interface ViewsOptions {
  /** Number m of views; a row has 2m values of ±1. */
  views: number;
  /** Probability q that a view that carries the label says the opposite. */
  flip: number;
  /** Views that carry the label; all unless given. */
  carriers?: readonly number[];
  count: number;
  random: Random;
}

/**
 * A world of redundant features: view v is a pair of signs whose product $x_{2v}x_{2v+1}$ is the label's sign, wrong with
 * probability q, in the views that carry the label, and a fair coin in the others. No single value tells anything; one view
 * nearly gives the label away, and where all m carry it a classifier can afford to look at a few of them.
 * With two carriers the best possible accuracy is 1 − q: when they disagree nothing decides.
 */
export function redundantViews({ views, flip, carriers, count, random }: ViewsOptions): LabelledInputs {
  const inputs = new Float32Array(count * 2 * views);
  const labels = new Uint8Array(count);
  const carry = Array.from({ length: views }, (_, v) => carriers === undefined || carriers.includes(v));
  for (let n = 0; n < count; n++) {
    const label = random.bool() ? 1 : 0;
    labels[n] = label;
    for (let v = 0; v < views; v++) {
      const sign = carry[v] ? (2 * label - 1) * (random.bool(flip) ? -1 : 1) : random.bool() ? 1 : -1;
      const first = random.bool() ? 1 : -1;
      inputs[(n * views + v) * 2] = first;
      inputs[(n * views + v) * 2 + 1] = first * sign;
    }
  }
  return { inputs, labels };
}

/** The products $x_{2v}x_{2v+1}$ of every view (count × views): the features a perfect representation would have. */
export function viewSigns(inputs: Float32Array): Float32Array<ArrayBuffer> {
  return Float32Array.from(
    { length: inputs.length / 2 },
    (_, at) => (inputs[2 * at] as number) * (inputs[2 * at + 1] as number),
  );
}
