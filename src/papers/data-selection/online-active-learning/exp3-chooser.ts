import type { ChosenArm, Decision, QueryStrategy } from "../query-strategy.ts";

interface Saved {
  logWeights: number[];
  arms: unknown[];
}

/**
 * Chooses among strategies by EXP3: a strategy is drawn with probability $p_i = (1 - \gamma) w_i / \sum_j w_j + \gamma / K$ and
 * decides; when it buys a label that the model had got wrong, its weight grows by $e^{\gamma / (K p_i)}$. Importance weights of a
 * strategy are not passed on: the coin that drew it is not its own.
 */
export function exp3Chooser({
  strategies,
  gamma = 0.1,
}: {
  strategies: readonly QueryStrategy[];
  gamma?: number;
}): QueryStrategy & { readonly chances: number[] } {
  const K = strategies.length;
  if (K === 0) throw new RangeError("no strategies to choose from");
  if (!(gamma > 0 && gamma <= 1)) throw new RangeError(`the exploration ${gamma} is not in (0, 1]`);
  const logWeights = new Float64Array(K);
  const chances = new Float64Array(K);
  const arm: ChosenArm = { index: 0, chance: 0 };
  const decision: Decision = { query: false, probability: 0, score: 0, arm };
  const weigh = (): Float64Array => {
    const top = Math.max(...logWeights);
    let total = 0;
    for (let i = 0; i < K; i++) total += chances[i] = Math.exp((logWeights[i] as number) - top);
    for (let i = 0; i < K; i++) chances[i] = ((1 - gamma) * (chances[i] as number)) / total + gamma / K;
    return chances;
  };
  // By the chance at the draw: a label that comes later finds other weights.
  const reward = ({ index, chance }: ChosenArm): void => {
    logWeights[index] = (logWeights[index] as number) + gamma / (K * chance);
  };
  const committee = Math.max(...strategies.map((strategy) => strategy.committee ?? 0));
  return {
    name: "exp3",
    ...(committee > 0 ? { committee } : {}),
    get chances() {
      return Array.from(weigh());
    },
    shouldQuery(x, context) {
      arm.index = context.rng.weighted(weigh());
      arm.chance = chances[arm.index] as number;
      const chosen = (strategies[arm.index] as QueryStrategy).shouldQuery(x, context); // an index below K
      decision.query = chosen.query;
      decision.probability = chosen.probability;
      decision.score = chosen.score;
      return decision;
    },
    observe(passed) {
      if (passed.queried && passed.correct === false) reward(arm);
      for (const strategy of strategies) strategy.observe(passed);
    },
    reward,
    save: (): Saved => ({
      logWeights: Array.from(logWeights),
      arms: strategies.map((strategy) => strategy.save?.() ?? null),
    }),
    restore(state) {
      const saved = state as Saved;
      logWeights.set(saved.logWeights);
      for (const [i, strategy] of strategies.entries()) strategy.restore?.(saved.arms[i]);
    },
  };
}
