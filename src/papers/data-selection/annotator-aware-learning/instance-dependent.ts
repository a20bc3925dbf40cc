import { logSigmoid, minimiseLogistic } from "../../../kit/logistic.ts";
import { applyScaling, scalingOf } from "../scaling.ts";
import { type Answers, weightOf } from "./answers.ts";
import {
  type AnnotatorModel,
  type AnnotatorPart,
  type EmOptions,
  expectationMaximisation,
  type Features,
  priorFor,
} from "./em.ts";
import { addCoin, coinConfusion, type OneCoinOptions, oneCoinPart } from "./one-coin.ts";

export interface InstanceDependentOptions extends EmOptions, Pick<OneCoinOptions, "prior"> {
  /** Penalty on how fast the reliability changes with a (standardised) feature; default 4. */
  ridge?: number;
  /** Pseudo-answers at the average item, right as often as the annotator is on the whole; default 4. */
  shrink?: number;
}

/**
 * Reliability that differs from item to item: annotator k is right on x with probability $\sigma(b_k + v_k^\top x)$, a logistic
 * regression of "agrees with the consensus" on the features, refitted in every sweep against the current posterior. Few answers
 * leave it at the annotator's overall accuracy $\alpha_k$ (`shrink`, `ridge`). Features are standardised inside.
 * Throws a RangeError where there are no features.
 */
export function instanceDependent(options: InstanceDependentOptions = {}): AnnotatorModel {
  return {
    fit(answers, context = {}) {
      if (!context.features) throw new RangeError("a reliability that depends on the item needs features");
      const part = instancePart(answers, context.features, options);
      // Regressions are dear and the posterior settles long before its seventh digit.
      return expectationMaximisation(answers, part, priorFor(answers, context), {
        maxIterations: 50,
        tolerance: 1e-4,
        ...options,
      });
    },
  };
}

/** The annotators' half of {@link instanceDependent}, to be joined with any belief about the items. */
export function instancePart(
  answers: Answers,
  features: Features,
  { prior, ridge = 4, shrink = 4 }: InstanceDependentOptions = {},
): AnnotatorPart {
  const { annotators, classes, items, item, annotator, label } = answers;
  const { width } = features;
  if (features.values.length !== items * width)
    throw new RangeError(`${features.values.length} features do not make ${items} rows of ${width}`);
  const scale = standardiser(features);
  const coins = oneCoinPart(answers, prior ? { prior } : {});
  const lists: number[][] = Array.from({ length: annotators }, () => []);
  for (let a = 0; a < item.length; a++) lists[annotator[a] as number]?.push(a);
  const size = width + 1;
  const inputs = lists.map((list) => {
    const rows = new Float64Array(2 * (list.length + 1) * size);
    list.forEach((a, r) => {
      const x = scale(features.values.subarray((item[a] as number) * width, ((item[a] as number) + 1) * width));
      for (const half of [0, 1]) rows.set(x, (2 * r + half) * size);
    });
    for (const half of [0, 1]) rows[(2 * list.length + half) * size + width] = 1; // the average item
    return rows;
  });
  const penalty = Float64Array.from({ length: size }, (_, j) => (j < width ? ridge : 1e-6));
  const weights: Float64Array[] = lists.map(() => new Float64Array(size));
  const accuracy = new Float64Array(item.length);
  const overall = (k: number): number => Math.min(1 - 1e-6, Math.max(1e-6, coins.reliability(k)));

  function regress(k: number, posterior: Float64Array): void {
    const list = lists[k] as number[];
    const share = new Float64Array(2 * (list.length + 1));
    list.forEach((a, r) => {
      const right = posterior[(item[a] as number) * classes + (label[a] as number)] as number;
      share[2 * r] = weightOf(answers, a) * right;
      share[2 * r + 1] = weightOf(answers, a) * (1 - right);
    });
    share[2 * list.length] = shrink * overall(k);
    share[2 * list.length + 1] = shrink * (1 - overall(k));
    const signs = Int8Array.from(share, (_, r) => (r % 2 === 0 ? 1 : -1));
    weights[k] = minimiseLogistic({
      features: inputs[k] as Float64Array,
      width: size,
      signs,
      weights: share,
      l2: penalty,
    });
    list.forEach((a, r) => {
      accuracy[a] = probability(
        weights[k] as Float64Array,
        (inputs[k] as Float64Array).subarray(2 * r * size, (2 * r + 1) * size),
      );
    });
  }

  const reliability = (k: number, x?: ArrayLike<number>): number =>
    x ? probability(weights[k] as Float64Array, scale(x)) : coins.reliability(k);
  return {
    update(posterior) {
      const logPrior = coins.update(posterior);
      for (let k = 0; k < annotators; k++) regress(k, posterior);
      return logPrior;
    },
    addLikelihood(rows) {
      let common = 0;
      for (let a = 0; a < item.length; a++) common += addCoin(rows, answers, a, accuracy[a] as number);
      return common;
    },
    reliability,
    confusion: (k, x) => coinConfusion(reliability(k, x), classes),
  };
}

/** σ(w·x), kept off 0 and 1. */
function probability(weights: Float64Array, x: ArrayLike<number>): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) sum += (weights[j] as number) * (x[j] as number);
  return Math.min(1 - 1e-6, Math.max(1e-6, Math.exp(logSigmoid(sum))));
}

/** Takes each feature's mean off, divides by its deviation (a constant one stays 0) and puts a 1 behind. */
function standardiser({ values, width }: Features): (x: ArrayLike<number>) => Float64Array {
  const scaling = scalingOf(values, width);
  return (x) => {
    const row = Float64Array.from(x);
    applyScaling(row, scaling);
    return Float64Array.of(...row, 1);
  };
}
