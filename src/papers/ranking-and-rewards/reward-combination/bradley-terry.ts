import { fitLogistic } from "../logistic.ts";

/**
 * A linear Bradley–Terry reward, $P(y \succ y') = \sigma(w^\top x_y - w^\top x_{y'})$, fitted by damped Newton steps on
 * $-\sum \log\sigma(w^\top \Delta) + \frac{\lambda}{2}\|w\|^2$. Only differences of its scores mean anything.
 */
export class BradleyTerryReward {
  readonly weights: Float64Array;

  constructor(weights: Float64Array) {
    this.weights = weights;
  }

  /** Throws on no pairs, ragged features and features that are not finite. `l2` is λ. */
  static fit(
    pairs: readonly { winner: ArrayLike<number>; loser: ArrayLike<number> }[],
    { l2 = 1e-3 } = {},
  ): BradleyTerryReward {
    const width = pairs[0]?.winner.length ?? 0;
    const differences = pairs.map(({ winner, loser }, p) => {
      if (winner.length !== width || loser.length !== width)
        throw new RangeError(`comparison ${p} has features of another length`);
      return Float64Array.from(winner, (x, i) => x - (loser[i] as number));
    });
    return new BradleyTerryReward(fitLogistic(differences, { l2 }, "comparison"));
  }

  /** $w^\top x$. */
  score(features: ArrayLike<number>): number {
    if (features.length !== this.weights.length)
      throw new RangeError(`${features.length} features, not ${this.weights.length}`);
    return this.weights.reduce((sum, w, i) => sum + w * (features[i] as number), 0);
  }
}
