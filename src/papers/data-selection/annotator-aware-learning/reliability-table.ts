import { type Answers, weightOf } from "./answers.ts";
import type { AnnotatorFit } from "./em.ts";

/** How far one annotator can be trusted, judged by the others. */
export interface Reliability {
  /** Answers that count. */
  answers: number;
  /** Probability of being right, with an interval around it; the middle of nowhere with a wide one where nobody else answered. */
  accuracy: number;
  low: number;
  high: number;
}

/** Jeffreys' half an answer on either side keeps estimates off 0 and 1. */
const pseudo = 0.5;

/**
 * Every annotator's accuracy by what the others say: their own answers are divided out of the consensus,
 * $r_i \propto q_i/P(z_{ik} \mid \cdot)$, because a consensus flatters those who made it. The accuracy maximises
 * $\sum_i w_i \ln\bigl(\alpha r_i(z_{ik}) + (1-\alpha)\tfrac{1 - r_i(z_{ik})}{C-1}\bigr)$ plus half a pseudo-answer on either
 * side; the interval is $\pm z$ standard errors of its log odds from the observed information. `z` 1.96 covers 95%.
 */
export function reliabilityTable(answers: Answers, fit: AnnotatorFit, z = 1.96): Reliability[] {
  const { annotators, classes, item, annotator, label } = answers;
  const lists: number[][] = Array.from({ length: annotators }, () => []);
  for (let a = 0; a < item.length; a++) if (weightOf(answers, a) > 0) lists[annotator[a] as number]?.push(a);
  return lists.map((list, k) => {
    const confusion = fit.confusion(k);
    const right = new Float64Array(list.length);
    const weight = Float64Array.from(list, (a) => weightOf(answers, a));
    list.forEach((a, r) => {
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
      right[r] = mine / total;
    });
    return { answers: list.length, ...accuracyFrom(right, weight, classes, z) };
  });
}

/** The accuracy of answers that are right with probability `right` by what others know, and its interval. */
function accuracyFrom(
  right: Float64Array,
  weight: Float64Array,
  classes: number,
  z: number,
): Omit<Reliability, "answers"> {
  const slope = (alpha: number): number => {
    let sum = pseudo / alpha - pseudo / (1 - alpha);
    for (let r = 0; r < right.length; r++) {
      const other = (1 - (right[r] as number)) / (classes - 1);
      const gain = (right[r] as number) - other;
      sum += ((weight[r] as number) * gain) / (other + alpha * gain);
    }
    return sum;
  };
  // The objective is concave in α: halve the interval in which its slope changes sign.
  let [from, to] = [1e-9, 1 - 1e-9];
  for (let step = 0; step < 50; step++) {
    const middle = (from + to) / 2;
    if (slope(middle) > 0) from = middle;
    else to = middle;
  }
  const accuracy = (from + to) / 2;
  let information = pseudo / accuracy ** 2 + pseudo / (1 - accuracy) ** 2;
  for (let r = 0; r < right.length; r++) {
    const other = (1 - (right[r] as number)) / (classes - 1);
    const gain = (right[r] as number) - other;
    information += (weight[r] as number) * (gain / (other + accuracy * gain)) ** 2;
  }
  const logOdds = Math.log(accuracy / (1 - accuracy));
  const half = z / (Math.sqrt(information) * accuracy * (1 - accuracy));
  const back = (odds: number): number => 1 / (1 + Math.exp(-odds));
  return { accuracy, low: back(logOdds - half), high: back(logOdds + half) };
}
