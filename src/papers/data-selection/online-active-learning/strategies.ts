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
