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
  /** Shares of the training parts that are drawn; default 0.25, 0.5 and 1. */
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
 * Points of a learning curve from the data in hand: cross-validation in which every part is predicted by models trained on a
 * random fraction f of the other parts, all predictions of a fraction scored together. A point stands at the size that was
 * trained on, $(1 - 1/\text{folds})\,f n$. Every row is predicted at every fraction, so that points differ by training size
 * and not by whom they were tested on (ours; the paper subsamples first, which tests small fractions on few rows). Fractions
 * that leave fewer than two rows to train on, and data of fewer than two rows a part, give no points.
 */
export function subsampleCurve(
  data: Regression,
  learner: Learner,
  { fractions = [0.25, 0.5, 1], folds = 5, random }: SubsampleOptions,
): CurvePoint[] {
  const count = data.targets.length;
  if (count < 2 * folds) return [];
  const order = random.permutation(count);
  return fractions.flatMap((fraction) => {
    const targets = new Float64Array(count);
    const predicted = new Float64Array(count);
    let trained = 0;
    for (let fold = 0; fold < folds; fold++) {
      const [from, to] = [Math.floor((fold * count) / folds), Math.floor(((fold + 1) * count) / folds)];
      const others = random.shuffle([...order.slice(0, from), ...order.slice(to)]);
      const chosen = others.slice(0, Math.round(fraction * others.length));
      if (chosen.length < 2) return [];
      const held = pickRows(data, order.slice(from, to));
      predicted.set(Float64Array.from(learner.fitPredict(pickRows(data, chosen), held.features)), from);
      targets.set(held.targets, from);
      trained += chosen.length / folds;
    }
    return [{ n: trained, score: learner.score(targets, predicted) }];
  });
}
