import type { Random } from "../../../kit/random.ts";
import { type RewardReport, rewardReport, type TruePrompt } from "./judge.ts";
import { matchKl } from "./tilt.ts";
import { combineRewards, referenceReward } from "./transform.ts";

/** Prompts with true and proxy rewards of K base samples on two properties. */
export interface World extends TruePrompt {
  proxy: Float64Array[];
  hacked: Uint8Array;
}

export const prompts = 200;
export const candidates = 64;

/**
 * True rewards $T = \mu_p + s_p z$ with $\mu_p \sim N(0,1)$, $s_p = e^{N(0, 0.5^2)}$ and correlation −0.4 between the two
 * properties; proxies $R = T + N(0, 0.5^2)$, and on 3% of answers, if `hackable`, an exponential bonus of mean 4.
 */
export function drawWorld(hackable: boolean, random: Random): World[] {
  return Array.from({ length: prompts }, () => {
    const scale = [0, 1].map(() => ({ mu: random.normal(), s: random.logNormal(0, 0.5) }));
    const truth = [new Float64Array(candidates), new Float64Array(candidates)] as const;
    const hacked = new Uint8Array(candidates);
    const proxy = [new Float64Array(candidates), new Float64Array(candidates)];
    for (let k = 0; k < candidates; k++) {
      const first = random.normal();
      const z = [first, -0.4 * first + Math.sqrt(1 - 0.16) * random.normal()];
      for (const i of [0, 1] as const) {
        const { mu = 0, s = 1 } = scale[i] ?? {};
        truth[i][k] = mu + s * (z[i] ?? 0);
        const bonus = hackable && random.bool(0.03) ? random.exponential(1 / 4) : 0;
        if (bonus > 0) hacked[k] = 1;
        (proxy[i] as Float64Array)[k] = (truth[i][k] as number) + random.normal(0, 0.5) + bonus;
      }
    }
    return { truth: [...truth], proxy, hacked };
  });
}

/** LSC, or a part of it taken away: raw rewards instead of the transform, or one reference for all prompts. */
export type Ablation = "none" | "transform" | "centring";

/** A rule turns the proxies of all prompts into utilities; `properties` says which rewards it sees. */
export type Rule = (worlds: readonly World[], properties: readonly number[]) => Float64Array[];

const rows = (world: World, properties: readonly number[]): Float64Array[] =>
  properties.map((i) => world.proxy[i] as Float64Array);

function references(world: World, properties: readonly number[]): number[] {
  return rows(world, properties).map((r) => referenceReward(r));
}

/** $\sum_i w_i r_i$ with weights w and 1 − w. */
export function rawSum(w: number): Rule {
  return (worlds, properties) =>
    worlds.map((world) =>
      combineRewards(
        rows(world, properties),
        properties.map(() => 0),
        "weightedSum",
        { weights: properties.length > 1 ? [w, 1 - w] : [1] },
      ),
    );
}

/** Each reward z-scored over all prompts, then added. */
export const zSum: Rule = (worlds, properties) => {
  const moments = properties.map((i) => {
    const all = worlds.flatMap((world) => Array.from(world.proxy[i] as Float64Array));
    const mean = all.reduce((sum, x) => sum + x, 0) / all.length;
    return 1 / Math.sqrt(all.reduce((sum, x) => sum + (x - mean) ** 2, 0) / all.length);
  });
  return worlds.map((world) =>
    combineRewards(
      rows(world, properties),
      properties.map(() => 0),
      "weightedSum",
      { weights: moments },
    ),
  );
};

function combined(rule: Parameters<typeof combineRewards>[2]): Rule {
  return (worlds, properties) =>
    worlds.map((world) => combineRewards(rows(world, properties), references(world, properties), rule));
}

/** The paper's rule, or what an ablation leaves of it. */
export function lscRule(ablate: Ablation): Rule {
  if (ablate === "transform") return rawSum(0.5);
  if (ablate === "none") return combined("and");
  return (worlds, properties) => {
    const global = properties.map((i) =>
      referenceReward(worlds.flatMap((world) => Array.from(world.proxy[i] as Float64Array))),
    );
    return worlds.map((world) => combineRewards(rows(world, properties), global, "and"));
  };
}

export const otherRules: Record<string, Rule> = {
  "z-scored sum": zSum,
  "log-sigmoid, uncentred": combined("logSigmoidUncentered"),
  "product of probabilities": combined("probProduct"),
  "least centred": combined("min"),
};

const views = new WeakMap<World, Map<string, TruePrompt>>();

/** A prompt reduced to some properties; the same object every time, so that its chances are computed once. */
function viewOf(world: World, properties: readonly number[]): TruePrompt {
  const mine = views.get(world) ?? new Map<string, TruePrompt>();
  views.set(world, mine);
  const key = properties.join();
  const view = mine.get(key) ?? {
    truth: properties.map((i) => world.truth[i] as ArrayLike<number>),
    hacked: world.hacked,
  };
  mine.set(key, view);
  return view;
}

/** Aligns by a rule at a mean KL and judges by the true rewards of the properties it saw. */
export function alignAndJudge(
  worlds: readonly World[],
  rule: Rule,
  kl: number,
  properties: readonly number[],
): RewardReport {
  const { policies } = matchKl(rule(worlds, properties), kl);
  return rewardReport(
    policies,
    worlds.map((world) => viewOf(world, properties)),
  );
}
