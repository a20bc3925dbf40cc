/**
 * The weight one model gives to the other's negatives, $w = 1/(1 - \sigma(s/\tau)) = 1 + e^{s/\tau}$, at most `clip`.
 *
 * `score` is the selection model's score of the document when the relevance model is trained, and the other way round: an
 * unlabelled document that was probably looked at is a sound negative for relevance, one that is probably relevant a sound
 * negative for selection. So the weight grows with the score; a document scored low keeps at least weight 1.
 *
 * Throws a RangeError on τ ≤ 0 and on a clip below 1.
 */
export function inversePropensityWeight(score: number, tau: number, clip = Number.POSITIVE_INFINITY): number {
  checkWeighting(tau, clip);
  return Math.min(clip, 1 + Math.exp(score / tau));
}

/** Refuses a temperature that is not positive and a bound that no weight can respect. */
export function checkWeighting(tau: number, clip: number): void {
  if (!(tau > 0)) throw new RangeError(`the temperature τ must be above 0, not ${tau}`);
  if (!(clip >= 1)) throw new RangeError(`weights are at least 1, so they cannot be clipped at ${clip}`);
}

export interface BatchWeighting {
  /** Temperature τ; infinite weighs all alike. */
  tau: number;
  /** Largest weight, before normalising. */
  clip: number;
  /** Divide by the batch's mean, so that weighting does not change the step size as scores drift upwards. */
  normalize: boolean;
}

/** {@link inversePropensityWeight} of every score of a batch, divided by their mean if asked for. */
export function batchWeights(scores: ArrayLike<number>, { tau, clip, normalize }: BatchWeighting): Float64Array {
  checkWeighting(tau, clip);
  const weights = new Float64Array(scores.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const weight = Math.min(clip, 1 + Math.exp((scores[i] as number) / tau));
    weights[i] = weight;
    total += weight;
  }
  if (!normalize) return weights;
  const scale = weights.length / total;
  for (let i = 0; i < weights.length; i++) weights[i] = (weights[i] as number) * scale;
  return weights;
}

/**
 * Probability that an unlabelled document is relevant nevertheless. With the label $l = r \cdot o$ and independent relevance r
 * and selection o, $P(r{=}1 \mid l{=}0) = \frac{P_r (1 - P_o)}{1 - P_r P_o}$; its counterpart $P(o{=}1 \mid l{=}0)$ is the same
 * with the arguments exchanged. 0 where a label 0 is impossible ($P_r = P_o = 1$).
 */
export function unjudgedRelevance(relevance: number, selection: number): number {
  const unlabelled = 1 - relevance * selection;
  return unlabelled > 0 ? (relevance * (1 - selection)) / unlabelled : 0;
}

/**
 * Log-odds of {@link unjudgedRelevance} from scores with $P_r = \sigma(f_R)$ and $P_o = \sigma(f_S)$:
 * $\operatorname{logit} P(r{=}1 \mid l{=}0) = f_R - \log(1 + e^{f_S})$, exact where the probabilities have run into 0 or 1.
 */
export function unjudgedRelevanceLogit(relevance: number, selection: number): number {
  return relevance - (Math.max(selection, 0) + Math.log1p(Math.exp(-Math.abs(selection))));
}
