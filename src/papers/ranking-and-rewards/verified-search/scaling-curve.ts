import { passAtK } from "./selection.ts";

/** One attempt at a prompt, graded. */
export interface Attempt {
  answer: string;
  correct: boolean;
  /** Tokens it took. */
  tokens?: number;
  /** A verifier's score, larger for better; for `best-of-n`. */
  score?: number;
  /** A verifier's probability that it is correct; for `weighted`. */
  prob?: number;
}

/**
 * How the attempts become one answer: a `single` attempt, the most frequent answer (`majority`), the attempt with the highest
 * score (`best-of-n`), the answer with the most probability (`weighted`), or an oracle that finds a right one (`pass`).
 */
export const rules = ["single", "majority", "best-of-n", "weighted", "pass"] as const;
export type Rule = (typeof rules)[number];

export interface CurveRow {
  rule: Rule;
  /** Attempts a prompt. */
  budget: number;
  /** Mean tokens a prompt that the rule spends; undefined when attempts have none. */
  tokens?: number;
  /** Mean over prompts. */
  accuracy: number;
  perPrompt: Float64Array;
}

/**
 * Accuracy of every rule at every budget N, from K ≥ N graded attempts a prompt. `single`, `best-of-n` and `pass` are averaged
 * exactly over all $\binom KN$ subsets, the votes over the ⌊K/N⌋ disjoint groups in the given order; of tied answers or
 * scores each counts its share. One row a rule and budget. Throws on no prompts, a prompt with fewer attempts than a budget,
 * and attempts that lack a finite score or probability which a rule needs.
 */
export function scalingCurve(
  prompts: readonly (readonly Attempt[])[],
  budgets: readonly number[],
  chosen: readonly Rule[],
): CurveRow[] {
  if (prompts.length === 0) throw new RangeError("no prompts");
  for (const N of budgets)
    if (!Number.isInteger(N) || N < 1) throw new RangeError(`a budget of ${N} is not a whole number of 1 or more`);
  const largest = Math.max(0, ...budgets);
  const prepared = prompts.map((attempts, x) => prepare(attempts, x, largest, chosen));
  const hasTokens = prompts.every((attempts) => attempts.every(({ tokens }) => tokens !== undefined));
  const mean = (values: ArrayLike<number>): number => {
    let sum = 0;
    for (let x = 0; x < values.length; x++) sum += values[x] as number;
    return sum / values.length;
  };
  const tokensEach = mean(
    prompts.map((attempts) => attempts.reduce((sum, { tokens = 0 }) => sum + tokens, 0) / attempts.length),
  );
  return chosen.flatMap((rule) =>
    budgets.map((budget): CurveRow => {
      const perPrompt = Float64Array.from(prepared, (prompt) => accuracy(prompt, budget, rule));
      const tokens = hasTokens ? { tokens: tokensEach * (rule === "single" ? 1 : budget) } : {};
      return { rule, budget, ...tokens, accuracy: mean(perPrompt), perPrompt };
    }),
  );
}

/** A prompt with its answers numbered, and its attempts in order of score. */
interface Prepared {
  attempts: readonly Attempt[];
  correct: number;
  answer: Int32Array;
  /** Whether each numbered answer is right. */
  right: Uint8Array;
  byScore: readonly Attempt[];
}

function prepare(attempts: readonly Attempt[], x: number, largest: number, chosen: readonly Rule[]): Prepared {
  if (attempts.length === 0) throw new RangeError(`prompt ${x} has no attempts`);
  if (attempts.length < largest)
    throw new RangeError(`prompt ${x} has ${attempts.length} attempts, fewer than the budget of ${largest}`);
  if (chosen.includes("best-of-n") && !attempts.every(({ score }) => Number.isFinite(score)))
    throw new RangeError(`prompt ${x} has an attempt without a finite score`);
  if (chosen.includes("weighted") && !attempts.every(({ prob = -1 }) => prob >= 0 && prob <= 1))
    throw new RangeError(`prompt ${x} has an attempt without a probability`);
  const numbers = new Map<string, number>();
  const right: number[] = [];
  const answer = Int32Array.from(attempts, (attempt) => {
    const known = numbers.get(attempt.answer);
    if (known !== undefined) return known;
    numbers.set(attempt.answer, numbers.size);
    right.push(attempt.correct ? 1 : 0);
    return numbers.size - 1;
  });
  return {
    attempts,
    correct: attempts.reduce((sum, { correct }) => sum + +correct, 0),
    answer,
    right: Uint8Array.from(right),
    byScore: chosen.includes("best-of-n") ? [...attempts].sort((a, b) => (b.score ?? 0) - (a.score ?? 0)) : attempts,
  };
}

function accuracy(prompt: Prepared, budget: number, rule: Rule): number {
  const count = prompt.attempts.length;
  if (rule === "single") return prompt.correct / count;
  if (rule === "pass") return passAtK(count, prompt.correct, budget);
  if (rule === "best-of-n") return bestOfSubsets(prompt.byScore, budget);
  return voteOfGroups(prompt, budget, rule);
}

/**
 * Chance that the highest score of a random N-subset belongs to a right attempt: attempts a, …, b − 1 in order of score that
 * are tied lead when the subset avoids the first a and not the first b.
 */
function bestOfSubsets(byScore: readonly Attempt[], N: number): number {
  const count = byScore.length;
  let sum = 0;
  let avoids = 1;
  for (let start = 0; start < count && avoids > 0; ) {
    let end = start;
    let correct = 0;
    while (end < count && byScore[end]?.score === byScore[start]?.score) correct += +(byScore[end++]?.correct ?? false);
    let next = avoids;
    for (let i = start; i < end; i++) next *= Math.max(0, count - N - i) / (count - i);
    sum += ((avoids - next) * correct) / (end - start);
    avoids = next;
    start = end;
  }
  return sum;
}

function voteOfGroups({ attempts, answer, right }: Prepared, N: number, rule: "majority" | "weighted"): number {
  const groups = Math.floor(attempts.length / N);
  const votes = new Float64Array(right.length);
  let sum = 0;
  for (let g = 0; g < groups; g++) {
    let most = 0;
    for (let i = g * N; i < (g + 1) * N; i++) {
      const a = answer[i] as number;
      const vote = (votes[a] as number) + (rule === "majority" ? 1 : (attempts[i]?.prob ?? 0));
      votes[a] = vote;
      if (vote > most) most = vote;
    }
    let tied = 0;
    let good = 0;
    for (let i = g * N; i < (g + 1) * N; i++) {
      const a = answer[i] as number;
      if (votes[a] !== most) continue;
      votes[a] = -1; // counted
      tied += 1;
      good += right[a] as number;
    }
    for (let i = g * N; i < (g + 1) * N; i++) votes[answer[i] as number] = 0;
    sum += good / tied;
  }
  return sum / groups;
}
