import { Random } from "../src/kit/random.ts";
import {
  averageLearningCurve,
  fitLearningCurve,
  fitRidge,
  type Group,
  greedyAllocation,
  iterativeRidge,
  optimalAllocation,
  saturatingCurve,
} from "../src/papers/data-selection/index.ts";
import type { Bench } from "./bench.ts";

/** The best split by trying every one on a grid of whole batches. */
function exhaustive(groups: readonly Group[], budget: number, batch: number): number {
  const worth = (g: number, n: number): number => (groups[g]?.weight ?? 0) * (groups[g]?.curve.value(n) ?? 0);
  const best = (g: number, left: number): number => {
    if (g === groups.length - 1) return worth(g, left);
    let top = Number.NEGATIVE_INFINITY;
    for (let n = 0; n <= left; n += batch) top = Math.max(top, worth(g, n) + best(g + 1, left - n));
    return top;
  };
  return best(0, budget);
}

/** Splitting a budget, ridge regression as learning curves need it, and fitting the curves. */
export default async function bench(report: Bench): Promise<void> {
  const random = new Random(1);
  const draw = (count: number): Group[] =>
    Array.from({ length: count }, () => ({
      curve: saturatingCurve(random.uniform(0.4, 0.9), random.uniform(20, 800)),
      cost: 1,
      weight: 1,
    }));
  const four = draw(4);
  await report.compare("1,200 samples over 4 groups", {
    "water-filling": () => optimalAllocation(four, 1200, { kind: "identity" }),
    "greedy, batches of 10": () => greedyAllocation(four, 1200, { kind: "identity" }, 10),
    "all splits, batches of 10": () => exhaustive(four, 1200, 10),
  });
  const many = draw(1000);
  await report.compare(
    "a million samples over 1,000 groups",
    { "water-filling": () => optimalAllocation(many, 1e6, { kind: "identity" }) },
    { rounds: 3, unit: { name: "groups", count: 1000 } },
  );
  for (const [count, width] of [
    [400, 300],
    [800, 60],
  ] as const) {
    const features = Float32Array.from({ length: count * width }, () => random.normal());
    const targets = Float64Array.from({ length: count }, () => random.normal());
    const wide = Float64Array.from(features);
    await report.compare(`ridge regression, ${count} rows × ${width}, λ = ${width}`, {
      "conjugate gradients, 1e-3": () => iterativeRidge({ features, targets, width }, width, { tolerance: 1e-3 }),
      "conjugate gradients, 1e-8": () => iterativeRidge({ features, targets, width }, width, { tolerance: 1e-8 }),
      "Cholesky's factor": () => fitRidge(wide, targets, { l2: width, intercept: false }),
    });
  }
  const points = Array.from({ length: 30 }, (_, i) => ({ n: 20 + 12 * i, score: 0.5 + random.normal(0, 0.05) }));
  await report.compare("a learning curve through 30 points", {
    "best fit": () => fitLearningCurve(points),
    "power law": () => fitLearningCurve(points, { family: "power" }),
    average: () => averageLearningCurve(points),
  });
}
