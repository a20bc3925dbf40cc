import { Random } from "../../../kit/random.ts";
import type { MosConfig } from "./mos-config.ts";

/** Which shards make up the rows of every block: r × l entries a block, into the A pool and the B pool. */
export interface Routing {
  indexA: readonly Int32Array[];
  indexB: readonly Int32Array[];
}

/** Numbers of the shards a block's choice is made from. */
export interface ShardCounts {
  /** L(e − p)l shards that all blocks draw from; they come first in a pool. */
  publicShards: number;
  /** pl shards of each block, behind them. */
  privateShards: number;
}

export function shardCounts({
  layers,
  equivalentRank,
  privateRank,
  shardsPerVector,
}: Pick<MosConfig, "layers" | "equivalentRank" | "privateRank" | "shardsPerVector">): ShardCounts {
  return {
    publicShards: layers * (equivalentRank - privateRank) * shardsPerVector,
    privateShards: privateRank * shardsPerVector,
  };
}

/**
 * Draws the index tables once; they are neither learned nor do they depend on the input. The first r − p rows of a block
 * point to public shards, without repetition while there are enough of them; the last p rows to the block's private
 * shards, each once. Integer arithmetic only: the same seed gives the same tables on every machine.
 */
export function drawRouting(config: MosConfig): Routing {
  const random = new Random(config.seed);
  const indexA = drawTables(config, random.fork("index A"));
  return { indexA, indexB: config.dissociate ? drawTables(config, random.fork("index B")) : indexA };
}

function drawTables(config: MosConfig, random: Random): Int32Array[] {
  const { layers, rank, privateRank, shardsPerVector, subset } = config;
  const { publicShards, privateShards } = shardCounts(config);
  const wanted = (rank - privateRank) * shardsPerVector;
  // Without subsets all blocks share one order of the whole pool.
  const common = subset ? undefined : wholePool(config, random);
  return Array.from({ length: layers }, (_, block) => {
    const table = new Int32Array(rank * shardsPerVector);
    table.set(common ?? drawPublic(publicShards, wanted, random), 0);
    for (let i = 0; i < privateShards; i++) table[wanted + i] = publicShards + block * privateShards + i;
    return table;
  });
}

function drawPublic(shards: number, wanted: number, random: Random): number[] {
  if (wanted > shards) return Array.from({ length: wanted }, () => random.int(0, shards - 1));
  return random.permutation(shards).slice(0, wanted);
}

/** All public shards: in their order where the pairs are tied, in a random one where they are not. */
function wholePool(config: MosConfig, random: Random): number[] {
  const { publicShards } = shardCounts(config);
  return config.dissociate ? random.permutation(publicShards) : Array.from({ length: publicShards }, (_, i) => i);
}

/**
 * Natural logarithm of the number of ways in which a block can take its public shards (paper, section 3):
 * $\binom{N}{m}$ with tied pairs, $\binom{N}{m}^2$ dissociated, for N public shards of which m = (r − p)l are used.
 */
export function logRoutingChoices(config: MosConfig): number {
  const { publicShards: n } = shardCounts(config);
  const m = (config.rank - config.privateRank) * config.shardsPerVector;
  if (m > n) return (config.dissociate ? 2 : 1) * m * Math.log(n);
  let log = 0;
  for (let i = 1; i <= m; i++) log += Math.log((n - m + i) / i);
  return config.dissociate ? 2 * log : log;
}
