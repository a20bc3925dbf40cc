import { BadInput } from "../../../kit/errors.ts";
import { gatherRows } from "../../../kit/nets/train.ts";
import type { Random } from "../../../kit/random.ts";
import { bootstrapMeans, type Interval } from "../../../kit/stats.ts";
import { linearProbe } from "./linear-probe.ts";

/** Features of the target's rows under a name. */
export interface NamedFeatures {
  name: string;
  /** count × dim */
  features: Float32Array;
}

/** Accuracy of one representation on rows its probe has not seen, and the lead of the last one over it. */
export interface Assessment {
  name: string;
  dim: number;
  accuracy: Interval;
  lead: Interval;
}

/** Parts of equal make-up: the rows of every class are dealt out in random order. */
export function dealFolds(labels: ArrayLike<number>, folds: number, random: Random): Int32Array {
  const order = random.permutation(labels.length).sort((a, b) => (labels[a] as number) - (labels[b] as number));
  const fold = new Int32Array(labels.length);
  for (const [i, n] of order.entries()) fold[n] = i % folds;
  return fold;
}

/**
 * Cross-validated probe accuracy: every row is judged by a probe fitted, λ included, on the other parts. All representations
 * share the parts; intervals are bootstraps over rows, with the same resamples for all.
 */
export async function assess(
  list: readonly NamedFeatures[],
  labels: Int32Array,
  { classes, folds, random }: { classes: number; folds: number; random: Random },
  lead: string,
  onProbe: (done: number, of: number) => Promise<void>,
): Promise<Assessment[]> {
  const count = labels.length;
  const fold = dealFolds(labels, folds, random.fork("folds"));
  const rowsOf = (keep: (fold: number) => boolean): number[] =>
    [...labels.keys()].filter((n) => keep(fold[n] as number));
  const right = list.map(() => new Float64Array(count));
  let done = 0;
  for (const [c, { features }] of list.entries()) {
    const width = features.length / count;
    for (let f = 0; f < folds; f++) {
      const [train, test] = [rowsOf((g) => g !== f), rowsOf((g) => g === f)];
      const wanted = train.map((n) => labels[n] as number);
      if (new Set(wanted).size < 2) throw new BadInput("without a part of the target all its rows are of one class");
      const probe = linearProbe(gatherRows(features, width, train), wanted, { classes, seed: f });
      for (const [i, predicted] of probe.predict(gatherRows(features, width, test)).entries()) {
        const n = test[i] as number; // predictions are in the order of the rows
        (right[c] as Float64Array)[n] = predicted === labels[n] ? 1 : 0;
      }
      await onProbe(++done, list.length * folds);
    }
  }
  const leader = right[list.findIndex(({ name }) => name === lead)] ?? new Float64Array(count);
  const leads = right.map((column) => column.map((value, n) => (leader[n] as number) - value));
  const intervals = bootstrapMeans([...right, ...leads], random.fork("bootstrap"));
  return list.map(({ name, features }, c) => ({
    name,
    dim: features.length / count,
    accuracy: intervals[c] as Interval, // one a column
    lead: intervals[list.length + c] as Interval,
  }));
}
