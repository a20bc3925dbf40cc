/** Combine trained models into one without their training data. */
export type { FisherLabels, FisherOptions } from "../../kit/nets/fisher.ts";
export { initMlp, type Mlp, mlp, mlpLogits } from "../../kit/nets/mlp.ts";
export { type AdamWOptions, adamW, type Optimizer, type SgdOptions, sgd } from "../../kit/nets/optimizers.ts";
export type { ParamTree, Tensor } from "../../kit/nets/tree.ts";
export {
  type AdaMergeOptions,
  type AdaMergeResult,
  adaMerge,
  coefficientGradient,
  type EntropyNetwork,
  entropyOf,
  type Granularity,
  groupTensors,
  type UnlabelledTask,
} from "./adamerging/ada-merge.ts";
export { type CollapseReport, collapseReport, meanEntropy, predictionEntropy } from "./adamerging/entropy.ts";
export { type EntropyBin, entropyVsLoss } from "./adamerging/entropy-and-loss.ts";
export {
  confidences,
  expectedCalibrationError,
  matchingTemperature,
  meanConfidence,
  temperatureFor,
} from "./balanced-averaging/calibration.ts";
export { type FftReport, fftReport, type Pattern, patterns } from "./balanced-averaging/correction-patterns.ts";
export { exactPatterns } from "./balanced-averaging/exact-patterns.ts";
export {
  type Balance,
  bang,
  type FineTuneOptions,
  fineTune,
  type LabelledInputs,
  mixRows,
  smoothedTargets,
  usualBalance,
} from "./balanced-averaging/fine-tune.ts";
export { leadProbability } from "./balanced-averaging/forecast.ts";
export {
  type MultiColorOptions,
  multiColorDigits,
  type Palette,
  randomPalette,
} from "./balanced-averaging/multi-color-digits.ts";
export {
  type EnsembleFeatures,
  type EnsembleOptions,
  type EnsembleSpace,
  type ModelFeatures,
  type SampleOptions,
  type SpuriousModel,
  type SpuriousSample,
  sampleSpurious,
  spuriousModel,
} from "./balanced-averaging/spurious-model.ts";
export type { VoteShift } from "./balanced-averaging/vote-accuracy.ts";
export { alphaGrid, alphaSweep, scaleTensors, wiseFt } from "./balanced-averaging/wise-ft.ts";
export {
  type Checkpoint,
  entryOf,
  openCheckpoint,
  openCheckpoints,
  tensorPlace,
} from "./checkpoints/checkpoint.ts";
export {
  type Coefficients,
  type CombinationPlan,
  type CombinationResult,
  combineCheckpoints,
  planCombination,
} from "./checkpoints/combine.ts";
export { type Progress, type StreamJob, streamCheckpoint } from "./checkpoints/stream.ts";
export { tiedTensors } from "./checkpoints/tied.ts";
export {
  type CoefficientScore,
  coefficientGrid,
  dirichletCoefficients,
  type InterpolationPoint,
  interpolationCurve,
  type SearchOptions,
  searchCoefficients,
} from "./fisher-merging/coefficients.ts";
export {
  type DifferentiableModel,
  denseNetFisher,
  diagonalFisher,
  gaussianFisher,
  loadFisher,
  saveFisher,
} from "./fisher-merging/diagonal-fisher.ts";
export { type FisherMergeOptions, fisherMerge, fisherNorm, isotropicMerge } from "./fisher-merging/fisher-merge.ts";
export {
  type FileMergeResult,
  type MergePlan,
  mergeFiles,
  planMerge,
  scanFishers,
  type Treatment,
} from "./fisher-merging/merge-files.ts";
export { adaptersToSafetensors, type NamedAdapter, readAdapters } from "./mixture-of-shards/adapter-file.ts";
export {
  type Factors,
  type LayerType,
  LowRankAdapter,
  type StorageOptions,
  type WeightLayout,
} from "./mixture-of-shards/low-rank-adapter.ts";
export { mergeAdapter } from "./mixture-of-shards/merge-adapter.ts";
export { MosAdapter } from "./mixture-of-shards/mos-adapter.ts";
export { type MosConfig, type MosOptions, mosConfig } from "./mixture-of-shards/mos-config.ts";
export { residualNetwork } from "./mixture-of-shards/residual-network.ts";
export {
  lora,
  type ProLoraOptions,
  proLora,
  pureSharing,
  type RivalOptions,
  type SharingOptions,
  tiedLora,
  vera,
} from "./mixture-of-shards/rival-adapters.ts";
export { drawRouting, logRoutingChoices, type Routing } from "./mixture-of-shards/routing.ts";
export { adapterParameters, type ServingMemory, servingMemory } from "./mixture-of-shards/serving-memory.ts";
export {
  type AdaptableModel,
  adaptedOutputs,
  adaptedWeights,
  type Examples,
  everywhere,
  type Placement,
  type TrainAdapterOptions,
  trainAdapter,
} from "./mixture-of-shards/train-adapter.ts";
export { type Architecture, parseArchitecture } from "./network/architecture.ts";
export { differentiableNetwork, type Network, type NetworkPass } from "./network/differentiable.ts";
export { type Classifier, outputEnsemble } from "./output-ensemble.ts";
export {
  type CatOptions,
  CatRepresentation,
  representationOverlap,
} from "./rich-representations/cat-representation.ts";
export { type DistillOptions, distill } from "./rich-representations/distill.ts";
export {
  type EpisodeOptions,
  jointParallel,
  snapshots,
  type Training,
  trainEpisodes,
  trainJointly,
} from "./rich-representations/episodes.ts";
export {
  type FineTuning,
  jointFinetune,
  type TunedClassifier,
  twoStageFinetune,
} from "./rich-representations/fine-tuning.ts";
export { linearProbe, type Probe, type ProbeOptions } from "./rich-representations/linear-probe.ts";
export { initNet, logitEnsemble, type Net, type NetSpec, netFeatures } from "./rich-representations/networks.ts";
export { redundantViews, type ViewsOptions } from "./rich-representations/redundant-views.ts";
export { vrex, vrexLoss } from "./rich-representations/v-rex.ts";
export {
  applyTaskVectors,
  type ScaleScore,
  scaleGrid,
  searchScale,
  type TaskCoefficients,
  taskArithmetic,
  taskVector,
} from "./task-vectors.ts";
export {
  type TiesMergeOptions,
  type TiesOptions,
  tiesFilter,
  tiesMerge,
  tiesVector,
  trimTaskVector,
} from "./ties-merging.ts";
