/** Choose which records to label, keep or weigh. */
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
