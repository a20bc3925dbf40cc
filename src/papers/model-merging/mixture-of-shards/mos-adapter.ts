import { Random } from "../../../kit/random.ts";
import type { MosConfig } from "./mos-config.ts";
import { drawRouting, type Routing, shardCounts } from "./routing.ts";
import { type Pools, ShardedAdapter, startPools } from "./sharded-adapter.ts";

/**
 * Mixture of shards (paper, section 3) for one layer type. With $I_a^k, I_b^k \in \mathbb{N}^{r\times l}$ drawn once for block k,
 *
 * $$A^k_{i\cdot} = \mathrm{concat}_j\, P_A[I_a^k[i,j]], \qquad B^k_{\cdot i} = \mathrm{concat}_j\, P_B[I_b^k[i,j]],
 *   \qquad y = W_0^k x + \tfrac{\alpha}{r} B^k A^k x .$$
 *
 * The pools $P_A$ and $P_B$ hold $Lel$ shards each, $Le(h+o)$ numbers together: as many as LoRA of rank e, while every block
 * has rank up to r. Only the pools are trained.
 */
export class MosAdapter extends ShardedAdapter {
  readonly config: MosConfig;

  /** A fresh adapter, whose update is 0; or one with given pools and tables. */
  constructor(config: MosConfig, pools: Pools = freshPools(config), routing: Routing = drawRouting(config)) {
    super(config, config, pools, routing);
    this.config = config;
  }
}

function freshPools(config: MosConfig): Pools {
  const { layers, inDim, outDim, shardsPerVector: l, seed } = config;
  const { publicShards, privateShards } = shardCounts(config);
  const shards = publicShards + layers * privateShards;
  return startPools(shards, [inDim / l, outDim / l], inDim, new Random(seed).fork("start"));
}
