/** Choose which records to label, keep or weigh. */

export {
  ActiveStream,
  type ActiveStreamSettings,
  type Asked,
  type Bought,
  type DriftDetector,
  type DriftSignal,
  type Labelled,
} from "./active-stream.ts";
export {
  type ActiveLearning,
  type CycleReport,
  runActiveLearning,
  warmUpQuestions,
} from "./annotator-aware-learning/active-learning.ts";
export {
  type AnnotatorRule,
  type AnnotatorSelector,
  annotatorSelector,
  type IeThreshOptions,
  ieThreshold,
} from "./annotator-aware-learning/annotator-selection.ts";
export {
  AnswerLog,
  type Answers,
  answersFromMatrix,
  checkAnswers,
  mostProbable,
  type Reply,
} from "./annotator-aware-learning/answers.ts";
export { type Box, boxOracle, itemsInBox } from "./annotator-aware-learning/boxes.ts";
export { type Classifier, type FittedClassifier, ridgeLogistic } from "./annotator-aware-learning/classifier.ts";
export {
  annotatorCost,
  bayesDecision,
  type CostModel,
  costWarnings,
  itemCost,
  learnCosts,
  type Paid,
  uniformCost,
} from "./annotator-aware-learning/costs.ts";
export { type DawidSkeneOptions, dawidSkene } from "./annotator-aware-learning/dawid-skene.ts";
export type { AnnotatorFit, AnnotatorModel, EmOptions, Features, FitContext } from "./annotator-aware-learning/em.ts";
export { answerInformation, infoPerCost } from "./annotator-aware-learning/information.ts";
export { type InstanceDependentOptions, instanceDependent } from "./annotator-aware-learning/instance-dependent.ts";
export { type JointEmOptions, type JointFit, type JointModel, jointEm } from "./annotator-aware-learning/joint-em.ts";
export { majorityVote } from "./annotator-aware-learning/majority-vote.ts";
export { coinConfusion, coinPosterior, type OneCoinOptions, oneCoin } from "./annotator-aware-learning/one-coin.ts";
export { type Groups, groupPairs, type PairAnswer, spreadLabels } from "./annotator-aware-learning/pairwise.ts";
export {
  type QueryOptions,
  type QueryRule,
  type QuerySelector,
  querySelector,
} from "./annotator-aware-learning/query-selection.ts";
export { type Reliability, reliabilityTable } from "./annotator-aware-learning/reliability-table.ts";
export {
  type LoopState,
  type PairSelection,
  type Question,
  selectPairs,
} from "./annotator-aware-learning/select-pairs.ts";
export { type Simulated, type Simulation, simulateAnnotators } from "./annotator-aware-learning/simulate-annotators.ts";
export { type AutoCoresetOptions, autoCoreset, autoCoresetSteps, type Coreset } from "./auto-coreset/auto-coreset.ts";
export { caratheodory } from "./auto-coreset/caratheodory.ts";
export type { Certificate } from "./auto-coreset/certificate.ts";
export { type KMeansOptions, kMeansProblem } from "./auto-coreset/k-means.ts";
export {
  type LeastSquaresOptions,
  leastSquaresProblem,
  linearSvmProblem,
  logisticProblem,
  type MarginOptions,
} from "./auto-coreset/linear-problems.ts";
export { approximationError, type Matrix, type Problem, signLabels } from "./auto-coreset/problem.ts";
export {
  type RowSource,
  type StreamCoreset,
  type StreamOptions,
  streamCoreset,
} from "./auto-coreset/stream-coreset.ts";
export {
  bestOfMeansSummary,
  caratheodorySummary,
  importanceSummary,
  type LossRows,
  type Summarizer,
  uniformSummary,
} from "./auto-coreset/summaries.ts";
export type { Checkpoint } from "./data-filtering-laws/checkpoints.ts";
export { type FitOptions, fitBuckets, type LawFit } from "./data-filtering-laws/fit.ts";
export {
  type Bucket,
  effectiveUtility,
  type LawConstants,
  type LawOptions,
  lawWarnings,
  predictError,
} from "./data-filtering-laws/law.ts";
export { bestPool, crossover, type PoolChoice, poolFrontier } from "./data-filtering-laws/pools.ts";
export {
  AdaptiveSampler,
  type NextBatch,
  type SampledGroup,
  type SamplerOptions,
} from "./equitable-sampling/adaptive-sampler.ts";
export {
  type Allocation,
  type Group,
  greedyAllocation,
  type Heuristic,
  heuristicAllocation,
  marginalPerCost,
  optimalAllocation,
  type Purchase,
} from "./equitable-sampling/allocation.ts";
export { type AverageCurveOptions, averageLearningCurve } from "./equitable-sampling/average-curve.ts";
export {
  type Curve,
  type CurvePoint,
  type FitCurveOptions,
  fitLearningCurve,
  powerCurve,
  saturatingCurve,
} from "./equitable-sampling/curves.ts";
export {
  type PooledGroup,
  type PooledOptions,
  type PooledValues,
  pooledValues,
} from "./equitable-sampling/pooled-values.ts";
export { iterativeRidge, type Regression, rSquared } from "./equitable-sampling/ridge.ts";
export { type Learner, type SubsampleOptions, subsampleCurve } from "./equitable-sampling/subsample-curve.ts";
export { parseUtility, totalUtility, type Utility } from "./equitable-sampling/utility.ts";
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
export { MergeReduce, type Reducer } from "./merge-reduce.ts";
export {
  deepSetSelector,
  perElementSelector,
} from "./neural-subset-selection/equivariant.ts";
export type {
  FitOptions as SubsetFitOptions,
  History as SubsetHistory,
} from "./neural-subset-selection/fit-selector.ts";
export type { ItemwiseConfig, ItemwiseSelector } from "./neural-subset-selection/itemwise.ts";
export { jaccard, meanJaccard, randomJaccard } from "./neural-subset-selection/jaccard.ts";
export { meanFieldExact } from "./neural-subset-selection/mean-field.ts";
export { setTransformerSelector } from "./neural-subset-selection/set-transformer.ts";
export type { SetExample } from "./neural-subset-selection/sets.ts";
export type { SubsetConfig, SubsetModel } from "./neural-subset-selection/subset-model.ts";
export {
  marginals,
  type Selection,
  selectSubset,
  setScore,
  trainSubsetSelector,
} from "./neural-subset-selection/subset-selector.ts";
export { AdaptiveThreshold } from "./online-active-learning/adaptive-threshold.ts";
export { type AdwinSettings, adwin } from "./online-active-learning/adwin.ts";
export { importanceWeighted, queryByCommittee } from "./online-active-learning/committee-strategies.ts";
export { DOptimal, type DOptimalSettings, dOptimal } from "./online-active-learning/d-optimal.ts";
export { type DdmSettings, ddm } from "./online-active-learning/ddm.ts";
export { densityWeighted } from "./online-active-learning/density-weighted.ts";
export {
  EvolvingPrototypes,
  type PrototypeSettings,
  type PrototypeState,
} from "./online-active-learning/evolving-prototypes.ts";
export { exp3Chooser } from "./online-active-learning/exp3-chooser.ts";
export {
  makeStrategy,
  type StrategyName,
  type StrategySettings,
  strategyNames,
} from "./online-active-learning/strategies.ts";
export {
  fixedUncertainty,
  randomizedVariableUncertainty,
  randomSampling,
  selectiveSampling,
  splitSampling,
  variableUncertainty,
} from "./online-active-learning/uncertainty-strategies.ts";
export { type LogisticSettings, type LogisticState, OnlineLogistic } from "./online-logistic.ts";
export { type RunStreamSettings, runStream, type StreamRecord, type StreamResult } from "./prequential.ts";
export type { ChosenArm, Decision, Passed, QueryContext, QueryStrategy } from "./query-strategy.ts";
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
export { drawProportional, importanceSample, takeRows, takeValues, type WeightedSubset } from "./weighted-sample.ts";
