/** A loss averaged over its examples, and its gradient with respect to the scores (count × classes). */
export interface ScoreLoss {
  loss: number;
  gradient: Float32Array<ArrayBuffer>;
}

/** Row-wise softmax of logits (count × classes), shifted by each row's maximum. */
export function softmax(logits: Float32Array, classes: number): Float32Array<ArrayBuffer> {
  const out = new Float32Array(logits.length);
  for (let at = 0; at < logits.length; at += classes) {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) top = Math.max(top, logits[at + c] as number);
    let total = 0;
    for (let c = 0; c < classes; c++) {
      const e = Math.exp((logits[at + c] as number) - top);
      out[at + c] = e;
      total += e;
    }
    for (let c = 0; c < classes; c++) out[at + c] = (out[at + c] as number) / total;
  }
  return out;
}

/**
 * Mean cross-entropy $-\frac1N\sum_n \log p_{n,y_n}$ of integer labels, with label smoothing ε: the target is
 * $(1-\varepsilon)$ one-hot plus $\varepsilon/C$. The gradient is $(p - \text{target})/N$.
 */
export function crossEntropy(
  logits: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  { smoothing = 0 } = {},
): ScoreLoss {
  const targets = new Float32Array(labels.length * classes).fill(smoothing / classes);
  for (let n = 0; n < labels.length; n++) {
    const label = labels[n] as number;
    if (!(label >= 0 && label < classes))
      throw new RangeError(`label ${label} of example ${n} is not below ${classes}`);
    targets[n * classes + label] = 1 - smoothing + smoothing / classes;
  }
  return softCrossEntropy(logits, targets, classes);
}

/** Mean cross-entropy against soft targets (count × classes), rows summing to 1. */
export function softCrossEntropy(logits: Float32Array, targets: Float32Array, classes: number): ScoreLoss {
  const count = logits.length / classes;
  const gradient = softmax(logits, classes);
  let loss = 0;
  for (let i = 0; i < logits.length; i++) {
    const p = gradient[i] as number;
    const target = targets[i] as number;
    if (target > 0) loss -= target * Math.log(Math.max(p, 1e-38));
    gradient[i] = (p - target) / count;
  }
  return { loss: loss / count, gradient };
}

/** Index of the largest entry of every row; the first of equals. */
export function argmaxRows(scores: Float32Array, classes: number): Int32Array {
  const out = new Int32Array(scores.length / classes);
  for (let n = 0; n < out.length; n++) {
    let best = 0;
    for (let c = 1; c < classes; c++) {
      if ((scores[n * classes + c] as number) > (scores[n * classes + best] as number)) best = c;
    }
    out[n] = best;
  }
  return out;
}

/** Share of rows whose largest score is at the label. */
export function accuracy(scores: Float32Array, labels: ArrayLike<number>, classes: number): number {
  const predicted = argmaxRows(scores, classes);
  let right = 0;
  for (let n = 0; n < labels.length; n++) if (predicted[n] === labels[n]) right++;
  return labels.length > 0 ? right / labels.length : Number.NaN;
}
