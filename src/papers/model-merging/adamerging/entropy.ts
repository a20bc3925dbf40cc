import { BadInput } from "../../../kit/errors.ts";
import { argmaxRows, type ScoreLoss } from "../../../kit/nets/class-scores.ts";

function checkLogits(logits: Float32Array, classes: number): number {
  const count = logits.length / classes;
  if (!Number.isInteger(classes) || classes < 2) throw new BadInput(`two or more classes are wanted, not ${classes}`);
  if (!Number.isInteger(count) || count < 1) {
    throw new BadInput(`${logits.length} logits do not make rows of ${classes} classes`);
  }
  return count;
}

/**
 * Shannon entropy of the predictions in nats, averaged over rows, and its gradient with respect to the logits:
 *
 * $$H = -\frac1N\sum_n\sum_c p_{nc}\log p_{nc}, \qquad
 *   \frac{\partial H}{\partial z_{nc}} = -\frac1N\,p_{nc}\,(\log p_{nc} + H_n),$$
 *
 * with $p_n = \mathrm{softmax}(z_n)$, computed from shifted logits so that any finite logits will do. `logits` is
 * (count × classes).
 */
export function predictionEntropy(logits: Float32Array, classes: number): ScoreLoss {
  const count = checkLogits(logits, classes);
  const gradient = new Float32Array(logits.length);
  const log = new Float64Array(classes);
  let total = 0;
  for (let at = 0; at < logits.length; at += classes) {
    let top = Number.NEGATIVE_INFINITY;
    for (let c = 0; c < classes; c++) top = Math.max(top, logits[at + c] as number);
    let sum = 0;
    for (let c = 0; c < classes; c++) sum += Math.exp((logits[at + c] as number) - top);
    const shift = top + Math.log(sum);
    let entropy = 0;
    for (let c = 0; c < classes; c++) {
      const value = (logits[at + c] as number) - shift;
      log[c] = value;
      entropy -= Math.exp(value) * value;
    }
    for (let c = 0; c < classes; c++) {
      const value = log[c] as number;
      gradient[at + c] = (-Math.exp(value) * (value + entropy)) / count;
    }
    total += entropy;
  }
  return { loss: total / count, gradient };
}

/** Mean entropy of the predictions in nats: 0 where every row is certain, $\ln C$ where every row is uniform. */
export function meanEntropy(logits: Float32Array, classes: number): number {
  return predictionEntropy(logits, classes).loss;
}

/** How predictions spread over classes. */
export interface CollapseReport {
  /** Share of the rows for which each class is predicted. */
  shares: number[];
  /** Entropy of these shares in nats; $\ln C$ when all classes are predicted equally often, 0 when only one is. */
  entropy: number;
  /** The class predicted most often, and its share. */
  top: number;
  topShare: number;
}

/**
 * The histogram of predicted classes. Confident predictions (low {@link meanEntropy}) that all name one class are the
 * collapse that entropy minimisation may end in: then `topShare` nears 1 while the rows themselves did not change.
 */
export function collapseReport(logits: Float32Array, classes: number): CollapseReport {
  const count = checkLogits(logits, classes);
  const shares = new Array<number>(classes).fill(0);
  for (const c of argmaxRows(logits, classes)) shares[c] = (shares[c] ?? 0) + 1 / count;
  const entropy = shares.reduce((sum, share) => (share > 0 ? sum - share * Math.log(share) : sum), 0);
  const topShare = Math.max(...shares);
  return { shares, entropy, top: shares.indexOf(topShare), topShare };
}
