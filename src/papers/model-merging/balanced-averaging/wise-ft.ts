import { BadInput } from "../../../kit/errors.ts";
import { cloneTree, combineTrees, mapTree, type ParamTree, tensorOf } from "../../../kit/nets/tree.ts";

/** Refuses a mixing weight outside [0, 1]. */
export function checkAlpha(alpha: number): void {
  if (!(alpha >= 0 && alpha <= 1)) throw new BadInput(`α is ${alpha} and a number from 0 to 1 is wanted`);
}

/**
 * Weight-space ensemble of a pretrained and a fine-tuned model (WiSE-FT, the paper's section 2):
 * $\theta_\alpha = (1-\alpha)\,\theta_{pre} + \alpha\,\theta_{ft}$, in double precision and rounded once; 0 and 1 give the
 * models themselves, bit for bit. The second model must have been trained from the first: averages of nets from different
 * starts are of no use. Refused: trees that differ in names or shapes, α outside [0, 1].
 */
export function wiseFt(pre: ParamTree, ft: ParamTree, alpha = 0.5): ParamTree {
  checkAlpha(alpha);
  const mixed = combineTrees([pre, ft], [1 - alpha, alpha]); // compares the trees too
  return alpha === 0 ? cloneTree(pre) : alpha === 1 ? cloneTree(ft) : mixed;
}

/** `points` evenly spaced mixing weights from 0 to 1. */
export function alphaGrid(points = 11): number[] {
  if (!Number.isInteger(points) || points < 2) throw new BadInput(`a curve needs at least 2 points, not ${points}`);
  return Array.from({ length: points }, (_, i) => i / (points - 1));
}

/** Scores of the averages along the way from the pretrained to the fine-tuned model. */
export function alphaSweep<S>(
  pre: ParamTree,
  ft: ParamTree,
  score: (averaged: ParamTree, alpha: number) => S,
  alphas: readonly number[] = alphaGrid(),
): { alpha: number; score: S }[] {
  return alphas.map((alpha) => ({ alpha, score: score(wiseFt(pre, ft, alpha), alpha) }));
}

/** Copy of a model with the named tensors multiplied by a factor, such as the last layer by 1/T. */
export function scaleTensors(params: ParamTree, names: readonly string[], factor: number): ParamTree {
  for (const name of names) tensorOf(params, name);
  return mapTree(params, (data, name) => (names.includes(name) ? data.map((value) => factor * value) : data.slice()));
}
