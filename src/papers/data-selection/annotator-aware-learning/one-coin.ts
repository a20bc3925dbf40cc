import { type Answers, weightOf } from "./answers.ts";
import {
  type AnnotatorModel,
  type AnnotatorPart,
  type EmOptions,
  expectationMaximisation,
  normaliseRows,
  priorFor,
} from "./em.ts";

export interface OneCoinOptions extends EmOptions {
  /** Pseudo-counts of right and wrong answers, a Beta(a₀, b₀); default (2.8, 1.2), mean 0.7. A mean above 1/C anchors EM against trading the classes. */
  prior?: readonly [number, number];
  /** Number of an annotator's answers after which one counts half, for those who tire or learn. Without it all count alike. */
  halfLife?: number;
}

const defaultPrior = [2.8, 1.2] as const;

/** P(says l | the class is c) of an annotator who is right with probability α and else names any other class alike. */
export function coinConfusion(alpha: number, classes: number): Float64Array<ArrayBuffer> {
  const matrix = new Float64Array(classes * classes).fill((1 - alpha) / (classes - 1));
  for (let c = 0; c < classes; c++) matrix[c * classes + c] = alpha;
  return matrix;
}

/** Posterior of one item from labels of annotators whose accuracies are known: $q(c) \propto \pi_c \prod_k P(z_k \mid c)$. */
export function coinPosterior(
  labels: readonly number[],
  accuracies: readonly number[],
  prior: readonly number[],
): Float64Array<ArrayBuffer> {
  const classes = prior.length;
  const row = Float64Array.from(prior, Math.log);
  for (const [k, label] of labels.entries()) {
    const alpha = accuracies[k] ?? Number.NaN;
    if (!(alpha >= 0 && alpha <= 1)) throw new RangeError(`the accuracy of annotator ${k} is ${alpha}`);
    for (let c = 0; c < classes; c++)
      row[c] = (row[c] as number) + Math.log(c === label ? alpha : (1 - alpha) / (classes - 1));
  }
  normaliseRows(row, classes);
  return row;
}

/**
 * One coin per annotator: k is right with probability $\alpha_k$ whatever the item, else names another class at random.
 * EM with $\alpha_k = (\sum_i q_i(z_{ik}) + a_0)/(n_k + a_0 + b_0)$, the mode in log odds under a Beta(a₀, b₀) prior.
 *
 * With a half-life $h$ the accuracy drifts: at their t-th answer, k is as reliable as the other answers near it say,
 * each counting $2^{-|s-t|/h}$; `reliability` is the accuracy now, after the last answer. (Survey, annotator performance models.)
 */
export function oneCoin(options: OneCoinOptions = {}): AnnotatorModel {
  return {
    fit: (answers, context = {}) =>
      expectationMaximisation(answers, oneCoinPart(answers, options), priorFor(answers, context), options),
  };
}

/** The annotators' half of {@link oneCoin}, to be joined with any belief about the items. */
export function oneCoinPart(
  answers: Answers,
  { prior: [a0, b0] = defaultPrior, halfLife }: OneCoinOptions = {},
): AnnotatorPart {
  if (!(a0 > 0 && b0 > 0)) throw new RangeError(`the pseudo-counts ${a0} and ${b0} are not both above 0`);
  if (halfLife !== undefined && !(halfLife > 0)) throw new RangeError(`the half-life ${halfLife} is not above 0`);
  const { annotators, classes, item, annotator, label } = answers;
  const decay = halfLife === undefined ? 1 : 0.5 ** (1 / halfLife);
  const alpha = new Float64Array(annotators).fill(a0 / (a0 + b0));
  const local = halfLife === undefined ? undefined : new Float64Array(item.length);
  const rightness = (posterior: Float64Array, a: number): number =>
    posterior[(item[a] as number) * classes + (label[a] as number)] as number;

  /** One pass over the answers, forwards or back; `local` gains what lies on that side of each answer. */
  function pass(posterior: Float64Array, step: 1 | -1, right: Float64Array, count: Float64Array): void {
    right.fill(0);
    count.fill(0);
    for (let j = 0; j < item.length; j++) {
      const a = step === 1 ? j : item.length - 1 - j;
      const k = annotator[a] as number;
      const w = weightOf(answers, a);
      if (sides) {
        sides.right[a] = (sides.right[a] as number) + decay * (right[k] as number);
        sides.count[a] = (sides.count[a] as number) + decay * (count[k] as number);
      }
      right[k] = decay * (right[k] as number) + w * rightness(posterior, a);
      count[k] = decay * (count[k] as number) + w;
    }
  }

  const [right, count] = [new Float64Array(annotators), new Float64Array(annotators)];
  const sides = local && { right: new Float64Array(item.length), count: new Float64Array(item.length) };
  return {
    update(posterior) {
      sides?.right.fill(0);
      sides?.count.fill(0);
      if (sides) pass(posterior, -1, right, count);
      pass(posterior, 1, right, count);
      let penalty = 0;
      for (let k = 0; k < annotators; k++) {
        const value = ((right[k] as number) + a0) / ((count[k] as number) + a0 + b0);
        alpha[k] = value;
        penalty += a0 * Math.log(value) + b0 * Math.log(1 - value);
      }
      if (sides && local) {
        for (let a = 0; a < local.length; a++)
          local[a] = ((sides.right[a] as number) + a0) / ((sides.count[a] as number) + a0 + b0);
      }
      return penalty;
    },
    addLikelihood(rows) {
      let common = 0;
      if (local) {
        for (let a = 0; a < item.length; a++) common += addCoin(rows, answers, a, local[a] as number);
        return common;
      }
      const wrong = alpha.map((p) => Math.log((1 - p) / (classes - 1)));
      const gain = alpha.map((p, k) => Math.log(p) - (wrong[k] as number));
      for (let a = 0; a < item.length; a++) {
        const k = annotator[a] as number;
        const w = weightOf(answers, a);
        const at = (item[a] as number) * classes + (label[a] as number);
        rows[at] = (rows[at] as number) + w * (gain[k] as number);
        common += w * (wrong[k] as number);
      }
      return common;
    },
    reliability: (k) => alpha[k] ?? Number.NaN,
    confusion: (k) => coinConfusion(alpha[k] ?? Number.NaN, classes),
  };
}

/** Adds one answer's log-odds of being right to its item's row; returns the log-likelihood of the other classes. */
export function addCoin(rows: Float64Array, answers: Answers, a: number, alpha: number): number {
  const { classes, item, label } = answers;
  const w = weightOf(answers, a);
  const wrong = Math.log((1 - alpha) / (classes - 1));
  const at = (item[a] as number) * classes + (label[a] as number);
  rows[at] = (rows[at] as number) + w * (Math.log(alpha) - wrong);
  return w * wrong;
}
