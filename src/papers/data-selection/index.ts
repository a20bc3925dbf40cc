/** Choose which records to label, keep or weigh. */

export {
  ActiveStream,
  type ActiveStreamSettings,
  type Asked,
  type DriftDetector,
  type DriftSignal,
} from "./active-stream.ts";
export { GaussianNaiveBayes, type NaiveBayesSettings, type NaiveBayesState } from "./gaussian-naive-bayes.ts";
export { type BudgetSettings, type BudgetState, LabelBudget } from "./label-budget.ts";
export {
  fitLogisticRegression,
  fitRidge,
  type LinearFit,
  type LinearModel,
  linearScores,
  logisticProbabilities,
} from "./linear-models.ts";
export { type LogisticSettings, type LogisticState, OnlineLogistic } from "./online-logistic.ts";
export { type RunStreamSettings, runStream, type StreamRecord, type StreamResult } from "./prequential.ts";
export type { Decision, Passed, QueryContext, QueryStrategy } from "./query-strategy.ts";
export { type LeastSquaresSettings, type LeastSquaresState, RecursiveLeastSquares } from "./recursive-least-squares.ts";
export type { OnlineClassifier, OnlineRegressor, UnseenClass } from "./stream-learner.ts";
export {
  confidence,
  entropy,
  leastConfidence,
  likeliest,
  lossRange,
  margin,
  type Probabilities,
  voteEntropy,
} from "./uncertainty.ts";
export { drawProportional, importanceSample, type WeightedSubset } from "./weighted-sample.ts";
