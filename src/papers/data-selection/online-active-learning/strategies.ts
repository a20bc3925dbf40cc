import type { QueryStrategy } from "../query-strategy.ts";
import { importanceWeighted, queryByCommittee } from "./committee-strategies.ts";
import { densityWeighted } from "./density-weighted.ts";
import { exp3Chooser } from "./exp3-chooser.ts";
import {
  fixedUncertainty,
  randomizedVariableUncertainty,
  randomSampling,
  selectiveSampling,
  splitSampling,
  variableUncertainty,
} from "./uncertainty-strategies.ts";

/** Strategies for classification, in the survey's order. */
export const strategyNames = [
  "random",
  "fixed",
  "variable",
  "randomized",
  "split",
  "selective",
  "committee",
  "iwal",
  "density",
  "exp3",
] as const;
export type StrategyName = (typeof strategyNames)[number];

/** The strategies that the bandit chooses among. */
export const arms = ["variable", "randomized", "split", "selective", "committee", "iwal", "density"] as const;

/** Whether another throw of the coins can lead the strategy to other labels; a committee's coins are its resamplings. */
export function hasCoin(name: StrategyName): boolean {
  return name !== "fixed" && name !== "variable" && name !== "density";
}

/** Chances at which random labelling is tried: all reach the cap of a budget, and 1 buys whenever the cap allows it, like a clock. */
export function coinChances(budget: number): number[] {
  return [...new Set([1.5 * budget, 2 * budget, 4 * budget, 1].map((chance) => Math.min(1, chance)))];
}

export interface StrategySettings {
  /** Chance with which `random` queries a record it may query. */
  probability?: number;
  /** Threshold of `fixed`. */
  threshold?: number;
}

/** A strategy by name, with its usual settings. */
export function makeStrategy(name: StrategyName, settings: StrategySettings = {}): QueryStrategy {
  switch (name) {
    case "random":
      return randomSampling({ probability: settings.probability ?? 1 });
    case "fixed":
      return fixedUncertainty(settings);
    case "variable":
      return variableUncertainty();
    case "randomized":
      return randomizedVariableUncertainty();
    case "split":
      return splitSampling();
    case "selective":
      return selectiveSampling();
    case "committee":
      return queryByCommittee();
    case "iwal":
      return importanceWeighted();
    case "density":
      return densityWeighted();
    case "exp3":
      return exp3Chooser({ strategies: arms.map((arm) => makeStrategy(arm)) });
  }
}
