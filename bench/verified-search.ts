import { Random } from "../src/kit/random.ts";
import {
  type Attempt,
  LogisticVerifier,
  scalingCurve,
  verifierBasedShortfall,
} from "../src/papers/ranking-and-rewards/index.ts";
import type { Bench } from "./bench.ts";

const budgets = [1, 2, 4, 8, 16, 32, 64];

/** Best-of-N by the usual way: draw subsets of the attempts and look who leads. */
function resampled(prompts: readonly Attempt[][], draws: number, random: Random): number[] {
  return budgets.map((N) => {
    let right = 0;
    for (const attempts of prompts) {
      for (let d = 0; d < draws; d++) {
        let best: Attempt | undefined;
        // A partial shuffle of positions would copy; with replacement is what most harnesses do, and cheaper.
        for (let i = 0; i < N; i++) {
          const attempt = attempts[random.int(0, attempts.length - 1)];
          if (!best || (attempt?.score ?? 0) > (best.score ?? 0)) best = attempt;
        }
        right += +(best?.correct ?? false);
      }
    }
    return right / (prompts.length * draws);
  });
}

/** The pessimistic learner with every rollout drawn, instead of the law of the smallest rewarded one. */
function drawnRollouts(reps: number, n: number, p: number, random: Random): number {
  let sum = 0;
  for (let r = 0; r < reps; r++) {
    let smallest = 1;
    for (let i = 0; i < n; i++) {
      const strategy = random.float();
      if (strategy >= 1 - p && strategy < smallest) smallest = strategy;
    }
    sum += 1 - smallest;
  }
  return sum / reps;
}

/** Exact averages against resampling, closed forms against simulation, and fitting a verifier. */
export default async function bench(report: Bench): Promise<void> {
  const random = new Random(1);
  const prompts = Array.from({ length: 2000 }, () => {
    const p = random.beta(0.6, 1.4);
    return Array.from({ length: 64 }, (): Attempt => {
      const correct = random.bool(p);
      return {
        answer: correct ? "right" : `wrong ${random.int(1, 6)}`,
        correct,
        score: random.normal(correct ? 1 : -1),
        prob: random.float(),
      };
    });
  });
  await report.compare(
    "best-of-N on 2,000 prompts × 64 attempts, seven budgets",
    {
      "all subsets, exact": () => scalingCurve(prompts, budgets, ["best-of-n"]),
      "100 subsets drawn": () => resampled(prompts, 100, random),
    },
    { rounds: 3, unit: { name: "prompts", count: 2000 } },
  );
  await report.compare("the same, every rule", {
    "five rules": () => scalingCurve(prompts, budgets, ["single", "majority", "best-of-n", "weighted", "pass"]),
  });
  const instance = { H: 64, n: 1024, p: 0.3, kappa: 0.5, reps: 10_000, random };
  await report.compare(
    "pessimistic learner, n = 1,024 rollouts, 10,000 learners",
    {
      "law of the smallest success": () => verifierBasedShortfall(instance),
      "every rollout drawn": () => drawnRollouts(10_000, 1024, 0.3, random),
    },
    { rounds: 3, unit: { name: "learners", count: 10_000 } },
  );
  const labels = Array.from({ length: 20_000 }, () => (random.bool(0.3) ? 1 : 0) as 0 | 1);
  const features = labels.map((y) =>
    Float64Array.from({ length: 8 }, (_, j) => random.normal(j < 2 ? 1.5 * y - 0.75 : 0)),
  );
  await report.compare(
    "verifier on 20,000 × 8 features",
    { "Newton steps": () => LogisticVerifier.fit(features, labels) },
    { rounds: 3, unit: { name: "attempts", count: 20_000 } },
  );
}
