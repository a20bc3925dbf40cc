import { wilcoxonRankSum } from "simple-statistics";
import { Random } from "../../../kit/random.ts";
import { bootstrapInterval, type Interval } from "../../../kit/stats.ts";
import type { ContinualMechanism, EventRecord } from "./mechanism.ts";
import { attackLimit } from "./privacy.ts";

/** Worst error of a run and its path through time. */
export interface Evaluation {
  /**
   * Max-sum: $\max_t |a_t - \max_j S_t[j]|$; sum-select: $\max_t (\max_j S_t[j] - S_t[a_t])$. Over all times, also between
   * releases and before the first.
   */
  errMax: number;
  /** Mean over the times of the same errors. */
  errMean: number;
  path: { answers: Float64Array; errors: Float64Array; truth: Float64Array };
}

/** Feeds a stream to a mechanism and compares its answers with the truth. */
export function evaluate(mechanism: ContinualMechanism<number>, stream: Iterable<EventRecord>): Evaluation {
  const sums = new Float64Array(mechanism.d);
  const answers: number[] = [];
  const errors: number[] = [];
  const truth: number[] = [];
  let largest = 0;
  for (const x of stream) {
    const answer = mechanism.step(x);
    for (let j = 0; j < sums.length; j++) {
      const sum = (sums[j] as number) + (x[j] as number);
      sums[j] = sum;
      if (sum > largest) largest = sum;
    }
    answers.push(answer);
    truth.push(largest);
    errors.push(mechanism.problem === "max-sum" ? Math.abs(answer - largest) : largest - (sums[answer] as number));
  }
  return {
    errMax: errors.reduce((worst, error) => Math.max(worst, error), 0),
    errMean: errors.reduce((sum, error) => sum + error, 0) / Math.max(1, errors.length),
    path: { answers: Float64Array.from(answers), errors: Float64Array.from(errors), truth: Float64Array.from(truth) },
  };
}

/** Area under the ROC curve: the chance that a positive scores higher than a negative, ties counting half. */
export function areaUnderCurve(positives: readonly number[], negatives: readonly number[]): number {
  const ranks = wilcoxonRankSum(positives as number[], negatives as number[]);
  return (ranks - (positives.length * (positives.length + 1)) / 2) / (positives.length * negatives.length);
}

/**
 * An adversary of the adaptive game (paper, adaptive continual release model). It sees all answers so far and supplies the
 * next record; at one time of its choice it supplies a pair instead, and a secret bit decides which of the two is used.
 */
export interface Adversary {
  next(t: number, outputs: readonly number[]): EventRecord | { challenge: readonly [EventRecord, EventRecord] };
  /** After the last step: how strongly the answers speak for the second record of the pair. */
  score(outputs: readonly number[]): number;
}

export interface GameResult {
  /** AUC of the adversary's scores between the two bits, with a bootstrap interval over trials. */
  auc: Interval;
  /** What no adversary exceeds when the Gaussian mechanism keeps its $\rho$. */
  limit: number;
  challenges: number;
}

/**
 * Plays the adaptive game: half of the trials with each bit. Fails with RangeError unless the adversary sets exactly one
 * challenge a trial.
 */
export function adaptiveGame(
  mechanism: ContinualMechanism<number>,
  adversary: Adversary,
  { trials, seed = 1 }: { trials: number; seed?: number },
): GameResult {
  if (!Number.isInteger(trials) || trials < 4) throw new RangeError(`${trials} trials; 4 or more are wanted`);
  const random = new Random(seed);
  const bits = random.shuffle(Array.from({ length: trials }, (_, i) => i % 2));
  const scores: number[] = [];
  let challenges = 0;
  for (let trial = 0; trial < trials; trial++) {
    mechanism.reset(random.uint32());
    const outputs: number[] = [];
    let challenged = false;
    for (let t = 1; t <= mechanism.T; t++) {
      const move = adversary.next(t, outputs);
      if ("challenge" in move) {
        if (challenged) throw new RangeError("the adversary set a second challenge");
        challenged = true;
        challenges += 1;
        outputs.push(mechanism.step(move.challenge[bits[trial] === 0 ? 0 : 1]));
      } else outputs.push(mechanism.step(move));
    }
    if (!challenged) throw new RangeError("the adversary set no challenge");
    scores.push(adversary.score(outputs));
  }
  const auc = bootstrapInterval(
    scores.map((_, trial) => trial),
    (sample) => {
      const of = (bit: number): number[] => sample.filter((i) => bits[i] === bit).map((i) => scores[i] as number);
      const [zeros, ones] = [of(0), of(1)];
      return zeros.length > 0 && ones.length > 0 ? areaUnderCurve(ones, zeros) : 0.5;
    },
    random.fork("bootstrap"),
    { resamples: 400 },
  );
  return { auc, limit: attackLimit(mechanism.rho), challenges };
}
