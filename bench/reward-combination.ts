import { Random } from "../src/kit/random.ts";
import { combineRewards, matchKl, rerank } from "../src/papers/ranking-and-rewards/index.ts";
import type { Bench } from "./bench.ts";

/** Reranking many candidates and matching a KL over many prompts, LSC against the raw sum. */
export default async function bench(report: Bench): Promise<void> {
  const random = new Random(1);
  const draw = (n: number) => Float64Array.from({ length: n }, () => random.normal());
  const candidates = Array.from({ length: 1_000_000 }, (_, k) => ({
    id: String(k),
    rewards: [random.normal(), random.normal()],
  }));
  await report.compare(
    "1,000,000 candidates, two rewards",
    { "raw sum": () => rerank(candidates, [0, 0], "weightedSum"), and: () => rerank(candidates, [0, 0], "and") },
    { rounds: 3, unit: { name: "candidates", count: 1_000_000 } },
  );
  const prompts = Array.from({ length: 200 }, () => [draw(64), draw(64)]);
  const utilities = (rule: "and" | "weightedSum") => prompts.map((rows) => combineRewards(rows, [0.5, 0.5], rule));
  await report.compare("KL matched over 200 prompts of 64 candidates", {
    "raw sum": () => matchKl(utilities("weightedSum"), 1),
    and: () => matchKl(utilities("and"), 1),
  });
}
