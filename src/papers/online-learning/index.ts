export { type BatchOptions, batchMaxSum, batchSumSelect } from "./continual-release/batch.ts";
export { dyadicNodes, treeCounter, treeLevels, treeMaxSum, treeSumSelect } from "./continual-release/binary-tree.ts";
export {
  type BestMechanism,
  bestMechanism,
  type ErrorQuestion,
  lowerBoundRate,
  type MechanismName,
  predictedError,
  trivialMechanism,
} from "./continual-release/error-bounds.ts";
export {
  type Adversary,
  adaptiveGame,
  areaUnderCurve,
  type Evaluation,
  evaluate,
  type GameResult,
} from "./continual-release/evaluation.ts";
export {
  type BinaryTable,
  decodeMarginals,
  marginalMaxima,
  marginalsToStream,
  tracingScores,
} from "./continual-release/marginals.ts";
export {
  type ContinualMechanism,
  type EventRecord,
  type MechanismOptions,
  monotone,
  type Problem,
} from "./continual-release/mechanism.ts";
export {
  attackLimit,
  composeZcdp,
  dpToZcdp,
  gaussianCost,
  type LedgerEntry,
  PrivacyLedger,
  zcdpToDp,
} from "./continual-release/privacy.ts";
export {
  noisyArgmax,
  optimalPeriod,
  type RecomputeOptions,
  recomputeMaxSum,
  recomputeMaxSumPure,
  recomputeSumSelect,
} from "./continual-release/recompute.ts";
export {
  factorizationMaxSum,
  factorizationSumSelect,
  sqrtFactorizationCounter,
  squareRootCoefficients,
} from "./continual-release/square-root-factorization.ts";
