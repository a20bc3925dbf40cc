import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { Encoded, RowLayout, Scorer } from "./scorer.ts";

/**
 * Scores of subsets given by how much of every item they hold: `weights` has one block of all items' weights for each of the
 * subsets of a set, 0 and 1 for whole members. The scores of set i begin at `layout.starts[i]`.
 */
export function scoreWeighted(
  scorer: Scorer,
  encoded: Encoded,
  weights: ArrayLike<number>,
): { scores: Float64Array; layout: RowLayout } {
  const { width } = scorer.model.config;
  const { sets, codes, base } = encoded;
  const { offsets, count } = sets;
  const n = sets.items.rows;
  const samples = weights.length / n;
  const layout: RowLayout = { rows: samples * count, starts: offsets.map((_, i) => samples * i) };
  const input = scorer.input(layout.rows);
  for (let i = 0; i < count; i++) {
    for (let s = 0; s < samples; s++) {
      const row = ((layout.starts[i] as number) + s) * width;
      for (let k = 0; k < width; k++) input[row + k] = base[i * width + k] as number;
      for (let j = offsets[i] as number; j < (offsets[i + 1] as number); j++) {
        const weight = weights[s * n + j] as number;
        if (weight === 0) continue;
        for (let k = 0; k < width; k++) {
          input[row + k] = (input[row + k] as number) + weight * (codes[j * width + k] as number);
        }
      }
    }
  }
  return { scores: scorer.forward(encoded, layout), layout };
}

/** Gradient of the set function's tensors from that of the last {@link scoreWeighted}'s scores, the weights being constants. */
export function weightedGradient(
  scorer: Scorer,
  encoded: Encoded,
  weights: ArrayLike<number>,
  layout: RowLayout,
  slope: Float64Array,
): ParamTree {
  const { width } = scorer.model.config;
  const { offsets, count, items } = encoded.sets;
  const samples = weights.length / items.rows;
  const { gradient, codes, late } = scorer.backward(encoded, layout, slope);
  const [byItem, bySet] = [scorer.slopes("items", items.rows), scorer.slopes("sets", count)];
  for (let i = 0; i < count; i++) {
    for (let s = 0; s < samples; s++) {
      const row = ((layout.starts[i] as number) + s) * width;
      for (let k = 0; k < width; k++)
        bySet[i * width + k] = (bySet[i * width + k] as number) + (codes[row + k] as number);
      for (let j = offsets[i] as number; j < (offsets[i + 1] as number); j++) {
        const weight = weights[s * items.rows + j] as number;
        for (let k = 0; weight !== 0 && k < width; k++) {
          byItem[j * width + k] = (byItem[j * width + k] as number) + weight * (codes[row + k] as number);
        }
      }
    }
  }
  return Object.assign(gradient, scorer.backEncode(encoded, byItem, bySet, late));
}
