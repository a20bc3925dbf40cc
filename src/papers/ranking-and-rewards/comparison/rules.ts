import { mean } from "../../../kit/stats.ts";
import { positions } from "../multiwinner-fairness/committee-scores.ts";
import { selectCommittee } from "../multiwinner-fairness/select-committee.ts";
import { kendallDistance, rankColumn, type Scores } from "../rankings.ts";
import { combineRewards, referenceReward } from "../reward-combination/transform.ts";
import { bordaRanking } from "../system-ranking/borda.ts";
import { kemenyRanking } from "../system-ranking/kemeny.ts";
import { meanRanking } from "../system-ranking/mean.ts";
import type { Candidates, Panel, World } from "./tables.ts";

/** An idea taken away from its method. */
export const ablations = [
  "none",
  "ranks",
  "consensus",
  "centre",
  "floor",
  "verification",
  "payments",
  "weights",
] as const;
export type Ablation = (typeof ablations)[number];

export const orderRules = ["mean", "z-score", "Borda", "Kemeny"] as const;
export type OrderRule = (typeof orderRules)[number];

/** Ranks of the systems by a rule, 1 = best. Without `ranks`, Borda adds up scores; without `consensus`, Kemeny is Borda. */
export async function rankBy(rule: OrderRule, scores: Scores, ablate: Ablation): Promise<number[]> {
  if (rule === "mean") return meanRanking(scores).rank;
  if (rule === "z-score") return meanRanking(scores, { normalize: "zscore" }).rank;
  if (rule === "Borda" && ablate === "ranks") return meanRanking(scores).rank;
  if (rule === "Borda" || ablate === "consensus") return bordaRanking(scores, { missing: "pairwise" }).rank;
  return (await kemenyRanking(scores)).rank;
}

/** Share of pairs of systems in the wrong order; a tie is half wrong. */
export function orderError(rank: readonly number[], { truth }: World): number {
  return kendallDistance(rank, rankColumn(truth)) / ((truth.length * (truth.length - 1)) / 2);
}

/** Pairwise votes of the tasks that an order contradicts, on average over tasks. */
export function contradicted(rank: readonly number[], { scores }: World): number {
  const columns = scores[0]?.map((_, task) => rankColumn(scores.map((row) => row[task] ?? Number.NaN))) ?? [];
  return mean(columns.map((column) => kendallDistance(rank, column)));
}

export const choiceRules = ["mean", "z-score", "Borda", "log-sigmoid, centred"] as const;
export type ChoiceRule = (typeof choiceRules)[number];

/** Whether the candidate that a rule puts first has every property. Without `centre`, the reference is left out. */
export function choiceIsGood(rule: ChoiceRule, { good, rewards }: Candidates, ablate: Ablation): boolean {
  const rows = good.map((_, c) => rewards.map((column) => column[c] ?? 0));
  const score = (): ArrayLike<number> => {
    if (rule === "mean") return meanRanking(rows).rank.map((r) => -r);
    if (rule === "z-score") return meanRanking(rows, { normalize: "zscore" }).rank.map((r) => -r);
    if (rule === "Borda") return bordaRanking(rows).rank.map((r) => -r);
    const references = rewards.map((column) => referenceReward(column, { quantile: 0.5 }));
    return combineRewards(rewards, references, ablate === "centre" ? "logSigmoidUncentered" : "and");
  };
  const values = score();
  let best = 0;
  for (let c = 1; c < values.length; c++) if ((values[c] as number) > (values[best] as number)) best = c;
  return good[best] ?? false;
}

/** Mean true quality of ten seats by Borda points, with a floor of half the seats for the group that is marked down or without. */
export function committeeQuality({ truth, groups, rankings }: Panel, floor: boolean): number {
  const pos = positions(rankings, truth.length);
  const options = { score: "borda", k: 10, groups, ...(floor ? { lower: [0, 5] } : {}) } as const;
  const { committee } = selectCommittee(pos, rankings.length, truth.length, options);
  return mean(committee.map((item) => truth[item] ?? 0));
}
