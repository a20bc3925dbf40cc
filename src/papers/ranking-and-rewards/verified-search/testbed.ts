import type { Random } from "../../../kit/random.ts";
import { logSigmoid } from "../logistic.ts";
import { LogisticVerifier } from "./logistic-verifier.ts";
import type { Attempt } from "./scaling-curve.ts";

/** A base model as the search sees it: success rates of its prompts are Beta(a, b). */
export interface Base {
  name: string;
  a: number;
  b: number;
}

/** Both succeed on .3 of their attempts; the first has easy and hopeless prompts, the second prompts that are all alike. */
export const bases: readonly Base[] = [
  { name: "uneven", a: 0.6, b: 1.4 },
  { name: "even", a: 6, b: 14 },
];

export interface Drawn {
  answer: string;
  correct: boolean;
  features: Float64Array;
}

const wrongAnswers = 6;
const wrongWeights = Array.from({ length: wrongAnswers }, (_, i) => 1 / (i + 1));
const features = 8;
const informative = 2;
const separation = 0.75;

/**
 * One attempt at a prompt with success rate `p`: right, or one of six wrong answers with Zipf(1) frequencies, the same for all
 * attempts at the prompt. Eight Gaussian features, two of which have mean +.75 when it is right and −.75 when not.
 */
export function drawAttempt(p: number, random: Random): Drawn {
  const correct = random.bool(p);
  const answer = correct ? "right" : `wrong ${random.weighted(wrongWeights) + 1}`;
  const shift = correct ? separation : -separation;
  return {
    answer,
    correct,
    features: Float64Array.from({ length: features }, (_, j) => random.normal(j < informative ? shift : 0)),
  };
}

/** Fits a verifier on `count` prompts with one graded attempt each. */
export function fitVerifier(base: Base, count: number, random: Random): LogisticVerifier {
  const drawn = Array.from({ length: count }, () => drawAttempt(random.beta(base.a, base.b), random));
  return LogisticVerifier.fit(
    drawn.map((attempt) => attempt.features),
    drawn.map(({ correct }) => (correct ? 1 : 0)),
  );
}

/** A verifier that finds all attempts alike. */
export const indifferent = new LogisticVerifier(new Float64Array(features), 0);

/** Attempts at fresh prompts, ungraded but for the referee. */
export function drawPrompts(base: Base, prompts: number, attempts: number, random: Random): Drawn[][] {
  return Array.from({ length: prompts }, () => {
    const p = random.beta(base.a, base.b);
    return Array.from({ length: attempts }, () => drawAttempt(p, random));
  });
}

/** Attempts with a verifier's scores. */
export function scored(prompts: readonly (readonly Drawn[])[], verifier: LogisticVerifier): Attempt[][] {
  return prompts.map((attempts) =>
    attempts.map(({ answer, correct, features }) => {
      const score = verifier.score(features);
      return { answer, correct, score, prob: Math.exp(logSigmoid(score)) };
    }),
  );
}
