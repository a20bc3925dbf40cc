import { checkAnswers, mostProbable, weightOf } from "./answers.ts";
import { type AnnotatorFit, type AnnotatorModel, voteShares } from "./em.ts";
import { coinConfusion } from "./one-coin.ts";

/**
 * Majority vote: every annotator is trusted alike, the posterior of an item is its vote shares (equal ones without votes).
 * The reliability of an annotator is how often they agree with the majority, ties counted in part, which flatters everyone
 * who helped to make it: see `reliabilityTable` for an estimate that does not. An item whose prior is certain has the class that
 * it names; other priors, and features, are not used.
 */
export function majorityVote(): AnnotatorModel {
  return {
    fit(answers, { prior } = {}): AnnotatorFit {
      checkAnswers(answers);
      const { annotators, classes, item, annotator, label } = answers;
      const posterior = voteShares(answers);
      for (let at = 0; prior && at < posterior.length; at++) {
        if (prior[at] !== 1) continue;
        const from = at - (at % classes);
        posterior.fill(0, from, from + classes)[at] = 1;
      }
      const winner = mostProbable(posterior, classes);
      const agreed = new Float64Array(annotators);
      const asked = new Float64Array(annotators);
      for (let a = 0; a < item.length; a++) {
        const k = annotator[a] as number;
        const i = item[a] as number;
        const w = weightOf(answers, a);
        const top = posterior[i * classes + (winner[i] as number)] as number;
        const tied = countEqual(posterior, i * classes, classes, top);
        const agrees = (posterior[i * classes + (label[a] as number)] as number) === top ? 1 / tied : 0;
        agreed[k] = (agreed[k] as number) + w * agrees;
        asked[k] = (asked[k] as number) + w;
      }
      const reliability = (k: number): number =>
        (asked[k] ?? 0) > 0 ? (agreed[k] as number) / (asked[k] as number) : 1 / classes;
      return {
        posterior,
        reliability,
        confusion: (k) => coinConfusion(reliability(k), classes),
        history: [],
        converged: true,
      };
    },
  };
}

function countEqual(values: ArrayLike<number>, from: number, count: number, value: number): number {
  let equal = 0;
  for (let c = 0; c < count; c++) if (values[from + c] === value) equal++;
  return equal;
}
