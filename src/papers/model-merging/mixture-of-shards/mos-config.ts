import { BadInput } from "../../../kit/errors.ts";
import { type LayerType, wholeNumber } from "./low-rank-adapter.ts";

export interface MosOptions extends LayerType {
  /** Rank r of every block's update; without `subset` it follows from the other numbers and may be left out. */
  rank?: number;
  /** Budget e: the pools hold as many numbers as a LoRA of rank e in every block. */
  equivalentRank: number;
  /** Pieces l that a vector is cut into; divides both widths. 1 switches vector sharding off. */
  shardsPerVector?: number;
  /** Rank p of every block that comes from shards of its own. 0 switches privatization off. */
  privateRank?: number;
  /** Every block takes its own random choice of the public shards; off: each takes all of them. */
  subset?: boolean;
  /** A and B are indexed independently; off: both by the same table. */
  dissociate?: boolean;
  /** What happens when a block needs more public shards than there are: draw with repetition, or refuse. */
  repeats?: "when needed" | "never";
  /** $\alpha$ of the scale $s = \alpha/r$; r unless given. */
  alpha?: number;
  /** Draws the index tables and the start. */
  seed: number;
}

/** The numbers that fix a mixture of shards, complete and checked. */
export type MosConfig = Required<MosOptions>;

/**
 * Completes and checks the numbers of a mixture of shards (paper, section 3): e ≥ 1, 0 ≤ p ≤ min(e, r), l divides h and o,
 * and r ≤ L(e − p) + p where shards must not repeat.
 */
export function mosConfig(options: MosOptions): MosConfig {
  const { layers, inDim, outDim, equivalentRank, subset = true, dissociate = true, seed } = options;
  const { shardsPerVector = 4, privateRank = 1, repeats = "when needed" } = options;
  for (const [name, value] of Object.entries({ layers, inDim, outDim, equivalentRank, shardsPerVector })) {
    wholeNumber(name, value);
  }
  wholeNumber("privateRank", privateRank, 0);
  wholeNumber("seed", seed, 0);
  if (privateRank > equivalentRank) {
    throw new BadInput(`privateRank is ${privateRank} and the budget equivalentRank is only ${equivalentRank}`);
  }
  for (const [name, width] of [
    ["inDim", inDim],
    ["outDim", outDim],
  ] as const) {
    if (width % shardsPerVector !== 0) {
      throw new BadInput(`${name} ${width} cannot be cut into ${shardsPerVector} shards of equal length`, {
        remedy: `It is divisible by ${divisors(width)}.`,
      });
    }
  }
  const whole = layers * (equivalentRank - privateRank) + privateRank;
  const rank = wholeNumber("rank", options.rank ?? (subset ? Number.NaN : whole));
  if (!subset && rank !== whole) {
    throw new BadInput(`rank is ${rank}; without subsets every block uses all ${whole} rows of the pools`);
  }
  if (privateRank > rank) throw new BadInput(`privateRank is ${privateRank} and the rank only ${rank}`);
  if (rank > privateRank && equivalentRank === privateRank) {
    throw new BadInput(`all shards are private, so the rank can be ${privateRank} and not ${rank}`);
  }
  if (repeats === "never" && rank > whole) {
    throw new BadInput(`rank is ${rank}; without repetition the shards make up ${whole} rows`);
  }
  const { alpha = rank } = options;
  return {
    layers,
    inDim,
    outDim,
    rank,
    equivalentRank,
    shardsPerVector,
    privateRank,
    subset,
    dissociate,
    repeats,
    alpha,
    seed,
  };
}

function divisors(width: number): string {
  return [1, 2, 3, 4, 5, 6, 7, 8, 16, 32, 64].filter((l) => width % l === 0).join(", ");
}
