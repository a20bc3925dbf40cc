import { BadInput } from "../../kit/errors.ts";

/** Scores (count × classes) of `count` inputs: class probabilities or logits. */
export type Classifier = (inputs: Float32Array, count: number) => Float32Array;

/**
 * The ensemble that averages its members' scores, where a merge averages their weights: M forward passes instead of one.
 * With logits its choice is that of their sum.
 */
export function outputEnsemble(members: readonly Classifier[], coefficients?: readonly number[]): Classifier {
  if (members.length === 0) throw new BadInput("an ensemble needs at least one member");
  return (inputs, count) => {
    const scores = members.map((member) => member(inputs, count));
    const out = new Float32Array(scores[0]?.length ?? 0);
    for (const [m, values] of scores.entries()) {
      const weight = coefficients?.[m] ?? 1 / members.length;
      for (let i = 0; i < out.length; i++) out[i] = (out[i] as number) + weight * (values[i] as number);
    }
    return out;
  };
}
