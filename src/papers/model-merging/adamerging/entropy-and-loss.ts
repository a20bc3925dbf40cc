import { crossEntropy } from "../../../kit/nets/class-scores.ts";
import { mean, rankCorrelation } from "../../../kit/stats.ts";
import { predictionEntropy } from "./entropy.ts";

/** Samples of similar entropy together. */
export interface EntropyBin {
  /** Means over the samples of the bin, in nats. */
  entropy: number;
  loss: number;
  accuracy: number;
  count: number;
}

/** Entropy and cross-entropy of every sample, in nats. `labels` are used here only, to see what entropy stands in for. */
export function entropiesAndLosses(
  logits: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
): { entropy: number[]; loss: number[]; right: boolean[] } {
  const [entropy, loss, right]: [number[], number[], boolean[]] = [[], [], []];
  for (let n = 0; n < labels.length; n++) {
    const row = logits.subarray(n * classes, (n + 1) * classes);
    const label = labels[n] as number;
    entropy.push(predictionEntropy(row, classes).loss);
    loss.push(crossEntropy(row, [label], classes).loss);
    right.push(row.every((score) => score <= (row[label] as number)));
  }
  return { entropy, loss, right };
}

/**
 * How well entropy, which needs no labels, stands in for the supervised loss (paper, §3.2): their Spearman rank correlation
 * over samples, and the mean loss and accuracy in `bins` groups of equally many samples, from low to high entropy. `logits`
 * is (count × classes).
 */
export function entropyVsLoss(
  logits: Float32Array,
  labels: ArrayLike<number>,
  classes: number,
  { bins = 10 } = {},
): { spearman: number; bins: EntropyBin[] } {
  const { entropy, loss, right } = entropiesAndLosses(logits, labels, classes);
  const order = [...entropy.keys()].sort((a, b) => (entropy[a] as number) - (entropy[b] as number));
  const groups = Array.from({ length: bins }, (_, b) =>
    order.slice(Math.round((b * order.length) / bins), Math.round(((b + 1) * order.length) / bins)),
  ).filter((group) => group.length > 0);
  return {
    spearman: rankCorrelation(entropy, loss),
    bins: groups.map((group) => ({
      entropy: mean(group.map((n) => entropy[n] as number)),
      loss: mean(group.map((n) => loss[n] as number)),
      accuracy: group.filter((n) => right[n]).length / group.length,
      count: group.length,
    })),
  };
}
