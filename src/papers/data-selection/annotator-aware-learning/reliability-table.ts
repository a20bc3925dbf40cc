import { choleskyFactor, choleskySubstitute } from "../../../kit/cholesky.ts";
import { type Answers, weightOf } from "./answers.ts";
import type { AnnotatorFit } from "./em.ts";

/** How far one annotator can be trusted, judged by the others. */
export interface Reliability {
  /** Answers that count. */
  answers: number;
  /** Probability of being right, with an interval around it: a wide one where few others answered. */
  accuracy: number;
  low: number;
  high: number;
}

/** Half an answer on either side (Jeffreys) keeps estimates off 0 and 1. */
const pseudo = 0.5;
/** More annotators than this are given intervals that take the others' accuracies as known: the joint ones cost K³. */
const jointLimit = 400;

/** One annotator's answers: how probable each is by what the others say, `right`, and any one other class, `other`. */
interface Judged {
  item: Int32Array;
  weight: Float64Array;
  right: Float64Array;
  other: Float64Array;
}

/**
 * Every annotator's accuracy by what the others say. Their own answers are divided out of the consensus,
 * $r_i \propto q_i/P(z_{ik} \mid \cdot)$, because a consensus flatters those who made it; the accuracy maximises
 * $\sum_i w_i \ln\bigl(\alpha r_i(z_{ik}) + (1-\alpha)\tfrac{1 - r_i(z_{ik})}{C-1}\bigr)$ plus half a pseudo-answer on either side.
 * The interval is $\pm z$ standard errors of the log odds, from the information of all annotators together: that the others are
 * not known either makes it wider. `z` 1.96 covers about 95%.
 */
export function reliabilityTable(answers: Answers, fit: AnnotatorFit, z = 1.96): Reliability[] {
  const judged = judge(answers, fit);
  const accuracies = judged.map(bestAccuracy);
  const errors = standardErrors(judged, accuracies, answers.items);
  const back = (odds: number): number => 1 / (1 + Math.exp(-odds));
  return judged.map(({ item }, k) => {
    const accuracy = accuracies[k] as number;
    const logOdds = Math.log(accuracy / (1 - accuracy));
    const half = z * (errors[k] as number);
    return { answers: item.length, accuracy, low: back(logOdds - half), high: back(logOdds + half) };
  });
}

function judge(answers: Answers, fit: AnnotatorFit): Judged[] {
  const { annotators, classes, item, annotator, label } = answers;
  const lists: number[][] = Array.from({ length: annotators }, () => []);
  for (let a = 0; a < item.length; a++) if (weightOf(answers, a) > 0) lists[annotator[a] as number]?.push(a);
  return lists.map((list, k) => {
    const confusion = fit.confusion(k);
    const weight = Float64Array.from(list, (a) => weightOf(answers, a));
    const right = Float64Array.from(list, (a, r) => {
      const from = (item[a] as number) * classes;
      const said = label[a] as number;
      let total = 0;
      let mine = 0;
      for (let c = 0; c < classes; c++) {
        const own = Math.max(confusion[c * classes + said] as number, 1e-12) ** (weight[r] as number);
        const without = Math.max(fit.posterior[from + c] as number, 1e-300) / own;
        total += without;
        if (c === said) mine = without;
      }
      return mine / total;
    });
    return {
      item: Int32Array.from(list, (a) => item[a] as number),
      weight,
      right,
      other: right.map((r) => (1 - r) / (classes - 1)),
    };
  });
}

/** The objective is concave in α: halves the interval in which its slope changes sign. */
function bestAccuracy({ weight, right, other }: Judged): number {
  const slope = (alpha: number): number => {
    let sum = pseudo / alpha - pseudo / (1 - alpha);
    for (let r = 0; r < right.length; r++) {
      const gain = (right[r] as number) - (other[r] as number);
      sum += ((weight[r] as number) * gain) / ((other[r] as number) + alpha * gain);
    }
    return sum;
  };
  let [from, to] = [1e-9, 1 - 1e-9];
  for (let step = 0; step < 40; step++) {
    const middle = (from + to) / 2;
    if (slope(middle) > 0) from = middle;
    else to = middle;
  }
  return (from + to) / 2;
}

/** Standard errors of the accuracies' log odds: the inverse of $\sum_i s_i s_i^\top$ and the pseudo-answers, with the items' scores $s_i$. */
function standardErrors(judged: readonly Judged[], accuracies: readonly number[], items: number): Float64Array {
  const K = judged.length;
  const joint = K <= jointLimit;
  const information = new Float64Array(joint ? K * K : K);
  const byItem: { k: number; score: number }[][] = Array.from({ length: joint ? items : 0 }, () => []);
  for (const [k, { item, weight, right, other }] of judged.entries()) {
    const alpha = accuracies[k] as number;
    const bend = alpha * (1 - alpha);
    information[joint ? k * K + k : k] = 2 * pseudo * bend;
    for (let r = 0; r < item.length; r++) {
      const gain = (right[r] as number) - (other[r] as number);
      const score = ((weight[r] as number) * bend * gain) / ((other[r] as number) + alpha * gain);
      if (joint) byItem[item[r] as number]?.push({ k, score });
      else information[k] = (information[k] as number) + score * score;
    }
  }
  if (!joint) return information.map((i) => 1 / Math.sqrt(i));
  for (const scores of byItem) {
    for (const a of scores) {
      for (const b of scores) {
        const at = a.k * K + b.k;
        information[at] = (information[at] as number) + a.score * b.score;
      }
    }
  }
  const errors = new Float64Array(K).fill(Number.POSITIVE_INFINITY);
  if (!choleskyFactor(information, K)) return errors;
  return errors.map((_, k) => {
    const unit = new Float64Array(K);
    unit[k] = 1;
    return Math.sqrt(choleskySubstitute(information, unit)[k] as number);
  });
}
