export {
  type Aggregator,
  type AggregatorKind,
  type AggregatorOptions,
  createAggregator,
} from "./commutative-monoids/aggregators.ts";
export { associativityDefect, commutativityDefect, identityDefect } from "./commutative-monoids/defects.ts";
export { createGraphNet, type Graph, type GraphNet, packGraphs } from "./commutative-monoids/graph-net.ts";
export { binaryGru, type GruParams, gruCell } from "./commutative-monoids/gru.ts";
export { createSetModel, orderSensitivity, packBags, predict, type SetModel } from "./commutative-monoids/set-model.ts";
export { foldReduce, segmentTreeReduce, treeDepth, treeReduce } from "./commutative-monoids/tree.ts";
export { type ApproxOptions, hammingDistancesApprox } from "./hamming-distances/approximate.ts";
export { correlate } from "./hamming-distances/correlate.ts";
export { type HammingOptions, hammingDistances, type Method as HammingMethod } from "./hamming-distances/hamming.ts";
export { type KMismatches, type KMismatchMethod, kMismatch } from "./hamming-distances/k-mismatch.ts";
export {
  type Costs as HammingCosts,
  calibrateCosts,
  type Plan as HammingPlan,
  plan,
} from "./hamming-distances/plan.ts";
export {
  type CountDifferences,
  countDifferences,
  countingFromHamming,
  hammingFromCounting,
  type Integers,
} from "./hamming-distances/reductions.ts";
export type { Seq } from "./hamming-distances/symbols.ts";
