export {
  type KeyValues,
  mergeAttention,
  type PartialAttention,
  partialAttention,
  prefixSharedAttention,
} from "./batch-llm/attention.ts";
export { type Collapsed, type CollapseMethod, collapsePrefixes, type PrefixGroup } from "./batch-llm/collapse.ts";
export { type EngineOptions, type Policy, type Simulation, simulateEngine } from "./batch-llm/engine.ts";
export { decodeRatio, type GroupOrder, orderGroups, type Plan, type PlanOptions, planBatch } from "./batch-llm/plan.ts";
export { type PrefixNode, PrefixTree, type Request } from "./batch-llm/prefix-tree.ts";
export { wordTokens } from "./batch-llm/word-tokens.ts";
export { a100With8B, type Hardware, iterationSeconds } from "./roofline.ts";
