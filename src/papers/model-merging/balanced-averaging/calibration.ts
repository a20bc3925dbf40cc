import { BadInput } from "../../../kit/errors.ts";
import { accuracy, softmax } from "../../../kit/nets/class-scores.ts";

function classCount(scores: Float32Array, labels: ArrayLike<number>): number {
  const classes = scores.length / labels.length;
  if (labels.length > 0 && Number.isInteger(classes) && classes >= 2) return classes;
  throw new BadInput(`${scores.length} scores are not a row of two or more for each of ${labels.length} labels`);
}

/** Largest probability of every row (count × classes). */
export function confidences(probs: Float32Array, classes: number): Float64Array {
  const out = new Float64Array(probs.length / classes);
  for (let n = 0; n < out.length; n++) {
    for (let c = 0; c < classes; c++) out[n] = Math.max(out[n] as number, probs[n * classes + c] as number);
  }
  return out;
}

/** Mean of the largest probability over the rows; far above the accuracy in an overconfident model. */
export function meanConfidence(probs: Float32Array, classes: number): number {
  const all = confidences(probs, classes);
  return all.reduce((sum, value) => sum + value, 0) / all.length;
}

/**
 * Expected calibration error: rows are put into `bins` equal intervals of confidence, and
 * $\sum_b \frac{n_b}{N}\,|\text{acc}_b - \text{conf}_b|$ is added up. `probs` is count × classes.
 */
export function expectedCalibrationError(probs: Float32Array, y: ArrayLike<number>, bins = 15): number {
  const classes = classCount(probs, y);
  if (!Number.isInteger(bins) || bins < 1) throw new BadInput(`there must be at least one bin, not ${bins}`);
  const sums = new Float64Array(bins); // of right − confidence
  for (const [n, confidence] of confidences(probs, classes).entries()) {
    const row = probs.subarray(n * classes, (n + 1) * classes);
    const bin = Math.min(bins - 1, Math.max(0, Math.ceil(confidence * bins) - 1));
    const best = row.indexOf(Math.max(...row));
    sums[bin] = (sums[bin] as number) + (best === y[n] ? 1 : 0) - confidence;
  }
  return sums.reduce((total, sum) => total + Math.abs(sum), 0) / y.length;
}

/** Temperatures that are tried lie in [1/64, 64]. */
const widest = 64;

/**
 * The temperature T at which the mean confidence of softmax(logits / T) equals the accuracy, which T does not change; found
 * by bisection, since confidence falls as T rises. Where no T in [1/64, 64] does it (all right, or no better than chance) the
 * nearer end is returned. Above 1 the model was overconfident.
 */
export function matchingTemperature(logits: Float32Array, y: ArrayLike<number>): number {
  const classes = classCount(logits, y);
  return temperatureFor(logits, classes, accuracy(logits, y, classes));
}

/** The temperature at which the mean confidence is `wanted`. */
export function temperatureFor(logits: Float32Array, classes: number, wanted: number): number {
  const at = (temperature: number): number =>
    meanConfidence(softmax(logits.map((value) => value / temperature) as Float32Array, classes), classes);
  let [low, high] = [-Math.log(widest), Math.log(widest)];
  for (let i = 0; i < 40; i++) {
    const middle = (low + high) / 2;
    if (at(Math.exp(middle)) > wanted) low = middle;
    else high = middle;
  }
  return Math.exp((low + high) / 2);
}
