import type { Random } from "../../../kit/random.ts";
import type { Regression } from "./ridge.ts";
import { type Learner, pickRows } from "./subsample-curve.ts";
import { totalUtility, type Utility } from "./utility.ts";

/** A group whose rows are pooled with those of the others. */
export interface PooledGroup {
  name: string;
  data: Regression;
  /** Price of a sample, above 0. */
  cost: number;
  /** Weight in the utility, above 0. */
  weight: number;
}

export interface PooledOptions {
  learner: Learner;
  utility: Utility;
  /** Share of a group's training rows that is taken away to see what they are worth; default 0.3. */
  delta?: number;
  /** Parts of the cross-validation; default 5. */
  folds?: number;
  /** Cross-validations, whose scores are averaged; default 3. */
  repeats?: number;
  random: Random;
}

export interface PooledValues {
  /** Cross-validated score of every group under one model of all rows. */
  scores: number[];
  /** `without[g]`: the same scores when a share δ of group g's rows is missing from the training. */
  without: number[][];
  /** $\frac{1}{c_g}\,\partial U/\partial n_g$, utility per unit of cost. */
  values: number[];
}

const joined = (parts: readonly Regression[], width: number): Regression => {
  const rows = parts.reduce((sum, { targets }) => sum + targets.length, 0);
  const all: Regression = { features: new Float32Array(rows * width), targets: new Float64Array(rows), width };
  let at = 0;
  for (const { features, targets } of parts) {
    all.features.set(features, at * width);
    all.targets.set(targets, at);
    at += targets.length;
  }
  return all;
};

/** {@link pooledValues}, a model at a time: yields the share that is done. */
export function* pooledValueSteps(
  groups: readonly PooledGroup[],
  { learner, utility, delta = 0.3, folds = 5, repeats = 3, random }: PooledOptions,
): Generator<number, PooledValues> {
  if (!(delta > 0 && delta < 1)) throw new RangeError(`δ is ${delta}, and a share between 0 and 1 is wanted`);
  for (const { name, data } of groups) {
    if (data.targets.length < 2 * folds)
      throw new RangeError(`${name} has ${data.targets.length} rows, and ${2 * folds} or more are wanted`);
  }
  const width = groups[0]?.data.width ?? 0;
  // Model 0 sees all training rows; model g + 1 lacks some of group g's.
  const scores = Array.from({ length: groups.length + 1 }, () => groups.map(() => 0));
  const taken = groups.map(() => 0);
  let fits = 0;
  for (let repeat = 0; repeat < repeats; repeat++) {
    const orders = groups.map(({ data }) => random.permutation(data.targets.length));
    const targets = groups.map(({ data }, g) =>
      Float64Array.from(orders[g] as ArrayLike<number>, (i) => data.targets[i] as number),
    );
    const predicted = scores.map(() => groups.map(({ data }) => new Float64Array(data.targets.length)));
    for (let fold = 0; fold < folds; fold++) {
      const parts = groups.map(({ data }, g) => {
        const order = [...(orders[g] as ArrayLike<number> & Iterable<number>)];
        const [from, to] = [fold, fold + 1].map((f) => Math.floor((f * order.length) / folds)) as [number, number];
        const training = [...order.slice(0, from), ...order.slice(to)];
        const missing = Math.max(1, Math.round(delta * training.length));
        taken[g] = (taken[g] as number) + missing / (folds * repeats);
        const fewer = pickRows(data, random.shuffle([...training]).slice(missing));
        return { from, held: pickRows(data, order.slice(from, to)), training: pickRows(data, training), fewer };
      });
      for (const [m, found] of predicted.entries()) {
        const seen = parts.map(({ training, fewer }, g) => (m === g + 1 ? fewer : training));
        // One prediction of all held rows a model: a model is trained once a fold.
        const held = joined(
          parts.map((part) => part.held),
          width,
        );
        const answers = Float64Array.from(learner.fitPredict(joined(seen, width), held.features));
        let at = 0;
        for (const [g, part] of parts.entries()) {
          const count = part.held.targets.length;
          found[g]?.set(answers.subarray(at, at + count), part.from);
          at += count;
        }
        yield ++fits / (repeats * folds * predicted.length);
      }
    }
    for (const [m, found] of predicted.entries()) {
      const own = scores[m] as number[];
      for (const [g, answers] of found.entries())
        own[g] = (own[g] as number) + learner.score(targets[g] as Float64Array, answers) / repeats;
    }
  }
  const [all = [], ...without] = scores;
  const weights = groups.map(({ weight }) => weight);
  const names = groups.map(({ name }) => name);
  const before = totalUtility(utility, all, weights, names);
  const values = groups.map(
    ({ cost }, g) =>
      (before - totalUtility(utility, without[g] as number[], weights, names)) / ((taken[g] as number) * cost),
  );
  return { scores: all, without, values };
}

/**
 * What the next sample of each group is worth when one model learns from all groups and they may teach each other (paper, the
 * general case): $\partial U/\partial n_g$ by finite differences. The pooled model is trained on all rows, and once for every group
 * on all but a share δ of its rows; the fall of the utility, divided by the rows that were missing and by the price, is the value.
 * All models of a fold are tested on the same rows, which none of them has seen. The difference looks back, to fewer rows than
 * there are, where curves are steeper: it says which group is worth most, and overstates by how much. Buy of the group of largest
 * value, as with separate curves. Takes folds × repeats × (G + 1) fits.
 *
 * Throws RangeError for a δ outside (0, 1), groups of fewer than two rows a part, and utilities without value at these scores.
 */
export function pooledValues(groups: readonly PooledGroup[], options: PooledOptions): PooledValues {
  const steps = pooledValueSteps(groups, options);
  for (;;) {
    const { done, value } = steps.next();
    if (done) return value;
  }
}
