import type { Random } from "../../../kit/random.ts";
import { tilt } from "./tilt.ts";

export interface GradientOptions {
  gamma: number;
  steps: number;
  /** Candidates sampled a step. */
  batch: number;
  learningRate: number;
  random: Random;
}

/**
 * REINFORCE on the logits of one softmax policy with a KL penalty: the reward of a sampled candidate is
 * $u_k - \gamma \log(\pi_k / b_k)$, with the batch mean as baseline. It approaches {@link tilt}, which it does not use.
 * Returns the total-variation distance to the closed form after every tenth of the training.
 */
export function reinforce(
  utility: ArrayLike<number>,
  { gamma, steps, batch, learningRate, random }: GradientOptions,
): number[] {
  const count = utility.length;
  const target = tilt(utility, gamma).probs;
  const logits = new Float64Array(count);
  const distances: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { probs } = tilt(logits, 1);
    const draws = Array.from({ length: batch }, () => random.weighted(probs));
    const rewards = draws.map((k) => (utility[k] as number) - gamma * Math.log((probs[k] as number) * count));
    const baseline = rewards.reduce((sum, r) => sum + r, 0) / batch;
    const rate = (learningRate * (1 - step / steps)) / batch;
    for (const [d, k] of draws.entries()) {
      const advantage = (rewards[d] as number) - baseline;
      for (let j = 0; j < count; j++) logits[j] = (logits[j] as number) - rate * advantage * (probs[j] as number);
      logits[k] = (logits[k] as number) + rate * advantage;
    }
    if ((step + 1) % Math.max(1, Math.floor(steps / 10)) === 0) {
      const now = tilt(logits, 1).probs;
      distances.push(now.reduce((sum, p, j) => sum + Math.abs(p - (target[j] as number)) / 2, 0));
    }
  }
  return distances;
}
