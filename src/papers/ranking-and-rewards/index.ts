export { worstDeviation } from "./hiring-agents/deviations.ts";
export { countRounds, estimateInstance, type KnownInstance } from "./hiring-agents/estimate.ts";
export {
  agentResponses,
  type Environment,
  ExploreThenCommit,
  environment,
  type Learned,
  type LearnOptions,
} from "./hiring-agents/explore-then-commit.ts";
export { decisionValue, type Instance as HiringInstance } from "./hiring-agents/instance.ts";
export {
  bestResponse,
  isIncentiveCompatible,
  type Mechanism,
  mechanismWorth,
  obedience,
  type Round,
  type Strategy,
  simulate,
  type Worth,
} from "./hiring-agents/mechanism.ts";
export {
  bestDeterministic,
  type MechanismOptions,
  type OptimalMechanism,
  optimalMechanism,
} from "./hiring-agents/optimal-mechanism.ts";
export { fitLogistic, type LogisticOptions, logSigmoid } from "./logistic.ts";
export { biasByShift, biasBySwaps, type Separability, separability } from "./multiwinner-fairness/bias.ts";
export { committeeScore, itemScores, positions, type ScoreName } from "./multiwinner-fairness/committee-scores.ts";
export { latentJudge, rankingsNeeded, recoveryCurve } from "./multiwinner-fairness/recovery.ts";
export {
  type Committee,
  type SelectOptions,
  selectCommittee,
  selectCommitteeExactly,
} from "./multiwinner-fairness/select-committee.ts";
export { fitPlackettLuce, plackettLucePositions, plackettLuceRankings } from "./plackett-luce.ts";
export { type AuditOptions, auditUnlabelled, type Suspect } from "./pooling-bias/audit.ts";
export { type Bm25Index, type Bm25Options, bm25 } from "./pooling-bias/bm25.ts";
export {
  type CetModels,
  type CetOptions,
  type CetStep,
  type PlainOptions,
  trainCet,
  trainPlain,
} from "./pooling-bias/cet.ts";
export { PairwiseRanker, type RankerOptions } from "./pooling-bias/pairwise-ranker.ts";
export { inversePropensityWeight, unjudgedRelevance } from "./pooling-bias/propensity.ts";
export { mrrAt, ndcgAt } from "./pooling-bias/retrieval-metrics.ts";
export {
  type PoolingWorld,
  poolingSimulator,
  type SimulatedQuery,
  type SimulatorOptions,
} from "./pooling-bias/simulator.ts";
export { denoise, type Query, type SampleOptions, sampleTriples, type Triples } from "./pooling-bias/triples.ts";
export {
  type Consensus,
  type Direction,
  kendallDistance,
  kendallTau,
  pairwisePreferences,
  rankColumn,
  type Scores,
  type TableOptions,
} from "./rankings.ts";
export { BradleyTerryReward } from "./reward-combination/bradley-terry.ts";
export { type RewardReport, rewardReport } from "./reward-combination/judge.ts";
export { type Candidate, type Ranked, rerank } from "./reward-combination/rerank.ts";
export { type Matched, matchKl, type Tilted, tilt } from "./reward-combination/tilt.ts";
export {
  type CombinationRule,
  combineRewards,
  lsc,
  referenceReward,
} from "./reward-combination/transform.ts";
export { type BordaOptions, bordaRanking } from "./system-ranking/borda.ts";
export { bootstrapRanking, distortion, type RankUncertainty, topOverlap } from "./system-ranking/diagnostics.ts";
export { aggregateInstances, type InstanceLevel, type InstanceTask } from "./system-ranking/instances.ts";
export { type KemenyConsensus, type KemenyOptions, kemenyRanking } from "./system-ranking/kemeny.ts";
export { type LargeOptions, type LargeRanking, rankLargeTable } from "./system-ranking/large-borda.ts";
export { type MeanOptions, meanRanking } from "./system-ranking/mean.ts";
export { influenceOfTasks, type TaskInfluence, winMatrix } from "./system-ranking/order-changes.ts";
export { bestInBall, chi2Best, chi2Divergence } from "./verified-search/chi2-ball.ts";
export {
  type AntiConcentration,
  antiConcentration,
  type Heterogeneity,
  heterogeneity,
} from "./verified-search/diagnostics.ts";
export { LogisticVerifier } from "./verified-search/logistic-verifier.ts";
export { pessimisticPolicy, type RewardClass, type Rollout, thresholdRewards } from "./verified-search/pessimism.ts";
export { type Attempt, type CurveRow, type Rule, scalingCurve } from "./verified-search/scaling-curve.ts";
export { bestOfN, majorityVote, passAtK, weightedVote } from "./verified-search/selection.ts";
export {
  type InstanceOptions,
  type Shortfall,
  type VerifierBasedOptions,
  verifierBasedShortfall,
  verifierFreeShortfall,
} from "./verified-search/threshold-instance.ts";
