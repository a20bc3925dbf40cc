import { gatherRows } from "../../../kit/nets/train.ts";
import type { Random } from "../../../kit/random.ts";
import type { CurvePoint } from "./curves.ts";
import type { Regression } from "./ridge.ts";

/** How a group's data become predictions and predictions a score. */
export interface Learner {
  /** Trains on the first and predicts the rows of the second. */
  fitPredict(train: Regression, features: Float32Array): ArrayLike<number>;
  /** Larger is better, e.g. R² or accuracy. */
  score(targets: ArrayLike<number>, predicted: ArrayLike<number>): number;
}

export interface SubsampleOptions {
  /** Shares of the data that are drawn; default 0.5, 0.7 and 1. */
  fractions?: readonly number[];
  /** Parts of the cross-validation; default 5. */
  folds?: number;
  random: Random;
}

/** The rows of a data set at the given positions, copied. */
export function pickRows({ features, targets, width }: Regression, positions: ArrayLike<number>): Regression {
  return {
    features: gatherRows(features, width, positions),
    targets: Float64Array.from({ length: positions.length }, (_, i) => targets[positions[i] as number] as number),
    width,
  };
}

/**
 * Points of a learning curve from the data in hand (paper's estimate): for every fraction f, draws $f n$ rows without
 * replacement, predicts each part of them by a model trained on the other parts, and scores all predictions together. A point
 * stands at the size that was trained on, $(1 - 1/\text{folds})\,f n$. Fractions that leave fewer than two rows a part are
 * passed over.
 */
export function subsampleCurve(
  data: Regression,
  learner: Learner,
  { fractions = [0.5, 0.7, 1], folds = 5, random }: SubsampleOptions,
): CurvePoint[] {
  const count = data.targets.length;
  return fractions.flatMap((fraction) => {
    const size = Math.round(fraction * count);
    if (size < 2 * folds) return [];
    const chosen = random.permutation(count).slice(0, size);
    const targets = new Float64Array(size);
    const predicted = new Float64Array(size);
    for (let fold = 0; fold < folds; fold++) {
      const [from, to] = [Math.floor((fold * size) / folds), Math.floor(((fold + 1) * size) / folds)];
      const held = pickRows(data, chosen.slice(from, to));
      const train = pickRows(data, [...chosen.slice(0, from), ...chosen.slice(to)]);
      predicted.set(Float64Array.from(learner.fitPredict(train, held.features)), from);
      targets.set(held.targets, from);
    }
    return [{ n: Math.round(size * (1 - 1 / folds)), score: learner.score(targets, predicted) }];
  });
}
