import type { Random } from "../../../kit/random.ts";

/** Position of the attempt that a verifier scores highest; the first of equals. Throws on none and on scores that are not finite. */
export function bestOfN(scores: ArrayLike<number>): number {
  if (scores.length === 0) throw new RangeError("no attempts");
  let best = 0;
  for (let i = 0; i < scores.length; i++) {
    if (!Number.isFinite(scores[i])) throw new RangeError(`the score of attempt ${i} is not finite`);
    if ((scores[i] as number) > (scores[best] as number)) best = i;
  }
  return best;
}

/**
 * The answer given most often. Of equally frequent answers `random` draws one, so that no order of attempts is favoured;
 * without it the one that was given first is taken. Throws on no answers.
 */
export function majorityVote(answers: readonly string[], random?: Random): string {
  return leading(answers, () => 1, random);
}

/**
 * The answer with the largest sum of verifier probabilities; ties as in {@link majorityVote}, with which it agrees when all
 * probabilities are equal. Throws on no answers, another number of weights, and weights that are negative or not finite.
 */
export function weightedVote(answers: readonly string[], probs: ArrayLike<number>, random?: Random): string {
  if (probs.length !== answers.length) throw new RangeError(`${probs.length} weights for ${answers.length} answers`);
  for (let i = 0; i < probs.length; i++)
    if (!((probs[i] as number) >= 0 && Number.isFinite(probs[i])))
      throw new RangeError(`the weight of attempt ${i} is ${probs[i]}, not a finite number of 0 or more`);
  return leading(answers, (i) => probs[i] as number, random);
}

function leading(answers: readonly string[], weight: (attempt: number) => number, random?: Random): string {
  if (answers.length === 0) throw new RangeError("no attempts");
  const votes = new Map<string, number>();
  answers.forEach((answer, i) => {
    votes.set(answer, (votes.get(answer) ?? 0) + weight(i));
  });
  const most = Math.max(...votes.values());
  const tied = [...votes.keys()].filter((answer) => votes.get(answer) === most);
  return random ? random.choice(tied) : (tied[0] as string); // the maximum is attained
}

/**
 * Unbiased estimate of pass@k from n attempts of which `correct` are right: the chance that k of them, drawn without
 * replacement, include a right one, $1 - \binom{n-c}{k} / \binom nk$. An oracle's accuracy, out of reach of any rule.
 * Throws unless $0 \le c \le n$ and $1 \le k \le n$.
 */
export function passAtK(n: number, correct: number, k: number): number {
  if (!Number.isInteger(n) || n < 1) throw new RangeError(`n is ${n}, not a whole number of 1 or more`);
  if (!Number.isInteger(correct) || correct < 0 || correct > n)
    throw new RangeError(`${correct} of ${n} attempts cannot be correct`);
  if (!Number.isInteger(k) || k < 1 || k > n) throw new RangeError(`k is ${k}, not a whole number from 1 to ${n}`);
  let missed = 1; // share of k-subsets that avoid the first i right ones
  for (let i = 0; i < correct && missed > 0; i++) missed *= Math.max(0, n - k - i) / (n - i);
  return 1 - missed;
}
