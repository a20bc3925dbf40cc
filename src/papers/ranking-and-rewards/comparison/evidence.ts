import type { Random } from "../../../kit/random.ts";
import { randomWorkInstance } from "../hiring-agents/examples.ts";
import { optimalMechanism } from "../hiring-agents/optimal-mechanism.ts";
import { createLab, mainRegime, quality, trained } from "../pooling-bias/experiment.ts";
import { verifierBasedShortfall, verifierFreeShortfall } from "../verified-search/threshold-instance.ts";
import type { Ablation } from "./rules.ts";

/** The two sides of a comparison, from the same draw. */
export interface Pair {
  method: number;
  rival: number;
}

/** Tokens lost of 256 by one learner in five: with scored outcomes, and by copying good traces. 256 examples, three strategies of ten work. */
export function verificationDraw(random: Random, ablate: Ablation): Pair {
  const setting = { H: 256, n: 256, p: 0.3, kappa: 1, reps: 200 };
  const outcomes = ablate === "verification" ? "shuffled" : "true";
  return {
    method: verifierBasedShortfall({ ...setting, outcomes, random: random.fork("scored") }).q80,
    rival: verifierFreeShortfall({ ...setting, random: random.fork("copied") }).q80,
  };
}

/** Worth to the one who pays of a random team of two: paid by looking at all reports together, and each by its own report. */
export async function paymentDraw(random: Random, ablate: Ablation): Promise<Pair> {
  const instance = randomWorkInstance(random, 0.2);
  const worth = async (payments: "joint" | "own") => (await optimalMechanism(instance, { maxPay: 5, payments })).value;
  return { method: await worth(ablate === "payments" ? "own" : "joint"), rival: await worth("own") };
}

const recipes = {
  CET: { setting: { l2: 0, tau: 1.5, l2Selection: 0.003 }, updates: 500 },
  strong: { setting: { l2: 0.03 }, updates: 500 },
} as const;

/** NDCG@10 of the same ranker on pooled labels: with coupled estimation of selection and relevance, and as if unjudged were irrelevant. */
export function poolingDraw(random: Random, ablate: Ablation): Pair {
  const lab = createLab({
    regime: mainRegime,
    queries: 200,
    ablate: ablate === "weights" ? "weights" : "none",
    random,
  });
  const ndcg = (method: "CET" | "strong"): number => quality(lab, trained(lab, method, recipes[method]).relevance).ndcg;
  return { method: ndcg("CET"), rival: ndcg("strong") };
}
