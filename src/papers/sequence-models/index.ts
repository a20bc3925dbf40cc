export type { NdArray } from "./lightning-attention/attention-shapes.ts";
export { decaySlopes } from "./lightning-attention/decay-slopes.ts";
export {
  type Decay,
  type LightningOptions,
  lightningAttention,
  lightningStep,
} from "./lightning-attention/lightning-attention.ts";
export { lightningAttentionBackward } from "./lightning-attention/lightning-backward.ts";
export {
  linearAttentionCumulative,
  linearAttentionQuadratic,
  linearAttentionRecurrent,
  linearAttentionRecurrentBackward,
  type QuadraticOptions,
  type RecurrentOptions,
} from "./lightning-attention/linear-attention.ts";
export { simpleRmsNorm } from "./lightning-attention/simple-rms-norm.ts";
export {
  type SoftmaxOptions,
  softmaxAttention,
  softmaxAttentionBackward,
} from "./lightning-attention/softmax-attention.ts";
export {
  evaluateLanguageModel,
  type TrainingOptions,
  trainLanguageModel,
} from "./lightning-attention/train-language-model.ts";
export { type DecodingState, TransNormer, type TransNormerConfig } from "./lightning-attention/trans-normer.ts";
export { Work } from "./lightning-attention/work.ts";
