/**
 * The threshold of Žliobaitė et al. (2014) on a confidence in [0, 1]: a record whose confidence lies below θ is doubtful.
 * Every doubtful record lowers θ by the factor 1 − s and every other raises it by 1 + s, so that about one asked record in
 * two is doubtful wherever the confidences move. θ starts at 1 and is clipped there; at 1 every record is doubtful, which
 * keeps a model that is sure of everything from never asking again.
 */
export class AdaptiveThreshold {
  readonly step: number;
  value = 1;

  constructor(step = 0.01) {
    if (!(step > 0 && step < 1)) throw new RangeError(`the step ${step} is not inside (0, 1)`);
    this.step = step;
  }

  /** Whether a confidence is doubtful, with θ multiplied by `noise` for this record; moves θ. */
  doubts(confidence: number, noise = 1): boolean {
    const doubtful = confidence < this.value * noise || (this.value === 1 && noise === 1);
    this.value = Math.min(1, this.value * (doubtful ? 1 - this.step : 1 + this.step));
    return doubtful;
  }
}
