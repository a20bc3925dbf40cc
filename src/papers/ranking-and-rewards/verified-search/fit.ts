import { BadInput } from "../../../kit/errors.ts";
import { Random } from "../../../kit/random.ts";
import { logSigmoid } from "../logistic.ts";
import { LogisticVerifier } from "./logistic-verifier.ts";
import type { GradedAttempt, GradedPrompt, Rollouts } from "./rollouts.ts";
import type { Attempt } from "./scaling-curve.ts";

/** What a verifier looks at: the features, or else the given score alone, which is then calibrated. */
function inputsOf({ features, score = 0 }: GradedAttempt): ArrayLike<number> {
  return features ?? [score];
}

/** Splits the prompts at random into those that a verifier is fitted on and those it is judged on; never within a prompt. */
export function splitPrompts(
  { prompts, hasFeatures, hasScores }: Rollouts,
  file: string,
  { fitVerifier, seed }: { fitVerifier: number; seed: number },
): { fitted: GradedPrompt[]; judged: GradedPrompt[] } {
  if (fitVerifier === 0) return { fitted: [], judged: prompts };
  if (!hasFeatures && !hasScores) {
    throw new BadInput("there are no features and no verifier_score to fit a verifier on", {
      where: file,
      remedy: "Add a column, or leave out --fit-verifier.",
    });
  }
  const count = Math.round(fitVerifier * prompts.length);
  if (count < 1 || count >= prompts.length) {
    throw new BadInput(`${fitVerifier} of ${prompts.length} prompts leaves none to fit on or none to judge`, {
      where: "--fit-verifier",
    });
  }
  const order = new Random(seed).fork("split").permutation(prompts.length);
  const chosen = new Set(order.slice(0, count));
  return {
    fitted: prompts.filter((_, x) => chosen.has(x)),
    judged: prompts.filter((_, x) => !chosen.has(x)),
  };
}

/** Fits a verifier on all attempts at some prompts. */
export function fitOn(prompts: readonly GradedPrompt[]): LogisticVerifier {
  const attempts = prompts.flatMap(({ attempts }) => attempts);
  const right = attempts.filter(({ correct }) => correct).length;
  if (right === 0 || right === attempts.length) {
    throw new BadInput(
      `all ${attempts.length} attempts to fit on are ${right === 0 ? "wrong" : "right"}; a verifier needs both`,
      { where: "--fit-verifier", remedy: "Choose a larger share." },
    );
  }
  return LogisticVerifier.fit(
    attempts.map(inputsOf),
    attempts.map(({ correct }) => (correct ? 1 : 0)),
  );
}

/**
 * Attempts with score and probability: the fitted verifier's, or the file's own score, which is a probability when all lie in
 * [0, 1] and else log-odds (`squashed`).
 */
export function scoredAttempts(
  prompts: readonly GradedPrompt[],
  { hasScores }: Rollouts,
  verifier: LogisticVerifier | undefined,
): { attempts: Attempt[][]; squashed: boolean } {
  const squashed =
    !verifier &&
    hasScores &&
    prompts.some(({ attempts }) => attempts.some(({ score = 0 }) => !(score >= 0 && score <= 1)));
  const graded = ({ answer, correct, tokens, score }: GradedAttempt): Attempt => ({
    answer,
    correct,
    ...(tokens === undefined ? {} : { tokens }),
    ...(score === undefined ? {} : { score, prob: squashed ? Math.exp(logSigmoid(score)) : score }),
  });
  return {
    squashed,
    attempts: prompts.map(({ attempts }) =>
      attempts.map((attempt) => {
        if (!verifier) return graded(attempt);
        const score = verifier.score(inputsOf(attempt));
        return { ...graded(attempt), score, prob: Math.exp(logSigmoid(score)) };
      }),
    ),
  };
}
