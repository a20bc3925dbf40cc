/** One line per field that has a guide to its methods. */

export { default as dataSelection } from "./data-selection/comparison/card.ts";
export { default as modelMerging } from "./model-merging/comparison/card.ts";
export { default as rankingAndRewards } from "./ranking-and-rewards/comparison/card.ts";
