import type { DriftDetector } from "../active-stream.ts";
import { GaussianNaiveBayes, type NaiveBayesState } from "../gaussian-naive-bayes.ts";
import { type LogisticState, OnlineLogistic } from "../online-logistic.ts";
import type { OnlineClassifier } from "../stream-learner.ts";
import { adwin } from "./adwin.ts";
import { ddm } from "./ddm.ts";
import { EvolvingPrototypes, type PrototypeState } from "./evolving-prototypes.ts";

export type LearnerName = "logistic" | "naive-bayes" | "prototypes";
export type DetectorName = "none" | "ddm" | "adwin";
export type LearnerState = LogisticState | NaiveBayesState | PrototypeState;
/** A classifier that can be written down and read back. */
export type SavableLearner = OnlineClassifier & { toJSON(): LearnerState };

/** A fresh learner by name, for two classes or more; it makes room for classes that come later. */
export function makeLearner(name: LearnerName, dimension: number, classes: number): SavableLearner {
  const settings = { dimension, classes: Math.max(2, classes), unseen: "grow" } as const;
  if (name === "naive-bayes") return new GaussianNaiveBayes(settings);
  if (name === "prototypes") return new EvolvingPrototypes({ ...settings, radius: Math.sqrt(dimension) });
  return new OnlineLogistic(settings);
}

/** A learner as it was when it was written down. */
export function learnerFrom(state: LearnerState): SavableLearner {
  if (state.kind === "logistic") return OnlineLogistic.from(state);
  return state.kind === "naive-bayes" ? GaussianNaiveBayes.from(state) : EvolvingPrototypes.from(state);
}

export function makeDetector(name: DetectorName): DriftDetector | undefined {
  if (name === "none") return undefined;
  return name === "ddm" ? ddm() : adwin();
}
