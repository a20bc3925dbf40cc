/**
 * A classifier that learns from one record at a time. Classes are 0 … K − 1. The array that `predictProba` gives belongs to
 * the learner and is written again at its next call: copy it to keep it.
 */
export interface OnlineClassifier {
  /** Class probabilities of a record; sums to 1. */
  predictProba(x: Float64Array): Float64Array;
  /** Learns from one labelled record; `weight` is its importance, 1 when left out. */
  learnOne(x: Float64Array, y: number, weight?: number): void;
  /** A learner that knows the same and goes its own way. */
  clone(): this;
}

/** A regression that learns from one record at a time. */
export interface OnlineRegressor {
  predict(x: Float64Array): number;
  learnOne(x: Float64Array, y: number, weight?: number): void;
  clone(): this;
}

/** What to do when a label is no class of the learner: refuse it, or make room for it. */
export type UnseenClass = "throw" | "grow";

/** Refuses a record of another length than the learner's, and values that are not finite. */
export function checkRecord(x: ArrayLike<number>, dimension: number, where: string): void {
  if (x.length !== dimension) throw new RangeError(`${where} has ${x.length} values and ${dimension} are wanted`);
  for (let j = 0; j < dimension; j++) {
    if (!Number.isFinite(x[j])) throw new RangeError(`value ${j} of ${where} is ${x[j]}`);
  }
}

/** Refuses a label that is no class number. True when it is a class the learner has not met and may grow by. */
export function checkLabel(y: number, classes: number, unseen: UnseenClass): boolean {
  if (!Number.isInteger(y) || y < 0) throw new RangeError(`the label ${y} is not a class number`);
  if (y < classes) return false;
  if (unseen === "throw") throw new RangeError(`the label ${y} is not below the number of classes, ${classes}`);
  return true;
}

/** Turns scores into probabilities $e^{s_k} / \sum_j e^{s_j}$, in place. */
export function softmaxInPlace(scores: Float64Array): Float64Array {
  let top = Number.NEGATIVE_INFINITY;
  for (let k = 0; k < scores.length; k++) if ((scores[k] as number) > top) top = scores[k] as number;
  let total = 0;
  for (let k = 0; k < scores.length; k++) {
    const e = Math.exp((scores[k] as number) - top);
    scores[k] = e;
    total += e;
  }
  for (let k = 0; k < scores.length; k++) scores[k] = (scores[k] as number) / total;
  return scores;
}
