import type { ParamTree } from "../../../kit/nets/tree.ts";
import { tensorOf } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";
import { type Factors, type LayerType, LowRankAdapter } from "./low-rank-adapter.ts";
import type { Routing } from "./routing.ts";

export interface Pools {
  /** Shards of length h / l, row after row. */
  poolA: Float32Array;
  /** Shards of length o / l. */
  poolB: Float32Array;
}

/**
 * A LoRA start for pools: A uniform within $\sqrt3\,g/\sqrt h$, with gain $g = \sqrt{1/3}$ as LoRA's, over the full width h
 * (not the shard's, which would make vectors $\sqrt l$ too long); B zero, so that every update starts at 0.
 */
export function startPools(shards: number, shardLengths: [number, number], inDim: number, random: Random): Pools {
  const bound = 1 / Math.sqrt(inDim);
  return {
    poolA: Float32Array.from({ length: shards * shardLengths[0] }, () => random.uniform(-bound, bound)),
    poolB: new Float32Array(shards * shardLengths[1]),
  };
}

/** Any adapter whose rows are looked up in two pools: row i of A is the concatenation of the shards that row i of the table lists. */
export class ShardedAdapter extends LowRankAdapter {
  readonly params: ParamTree;
  readonly shardsPerVector: number;
  readonly indexA: readonly Int32Array[];
  readonly indexB: readonly Int32Array[];
  /** Constants that rows of A are multiplied by, r a block; only for random scaling. */
  readonly rowScales: readonly Float32Array[] | undefined;

  constructor(
    type: LayerType,
    { rank, alpha, shardsPerVector }: { rank: number; alpha?: number; shardsPerVector: number },
    pools: Pools,
    { indexA, indexB }: Routing,
    rowScales?: readonly Float32Array[],
  ) {
    super(type, rank, alpha);
    this.shardsPerVector = shardsPerVector;
    this.indexA = indexA;
    this.indexB = indexB;
    this.rowScales = rowScales;
    const [lengthA, lengthB] = [this.inDim / shardsPerVector, this.outDim / shardsPerVector];
    this.params = {
      poolA: { data: pools.poolA, shape: [pools.poolA.length / lengthA, lengthA] },
      poolB: { data: pools.poolB, shape: [pools.poolB.length / lengthB, lengthB] },
    };
  }

  get poolA(): Float32Array {
    return tensorOf(this.params, "poolA").data;
  }

  get poolB(): Float32Array {
    return tensorOf(this.params, "poolB").data;
  }

  protected override get indexCount(): number {
    const tables = this.indexA === this.indexB ? 1 : 2;
    return tables * this.layers * this.rank * this.shardsPerVector;
  }

  protected override get indexBytes(): number {
    return this.poolA.length / (this.inDim / this.shardsPerVector) <= 65_536 ? 2 : 4;
  }

  factors(block: number): Factors {
    this.checkBlock(block);
    const down = gather(this.poolA, this.inDim / this.shardsPerVector, this.indexA[block] as Int32Array);
    scaleRows(down, this.rowScales?.[block]);
    return { down, up: gather(this.poolB, this.outDim / this.shardsPerVector, this.indexB[block] as Int32Array) };
  }

  scatter(block: number, { down, up }: Factors, into: ParamTree): void {
    this.checkBlock(block);
    const { indexA, indexB, shardsPerVector: l } = this;
    scaleRows(down, this.rowScales?.[block]);
    scatterAdd(tensorOf(into, "poolA").data, this.inDim / l, indexA[block] as Int32Array, down);
    scatterAdd(tensorOf(into, "poolB").data, this.outDim / l, indexB[block] as Int32Array, up);
  }
}

function gather(pool: Float32Array, length: number, index: Int32Array): Float32Array {
  const out = new Float32Array(index.length * length);
  for (let i = 0, at = 0; i < index.length; i++) {
    const from = (index[i] as number) * length;
    for (let j = 0; j < length; j++, at++) out[at] = pool[from + j] as number;
  }
  return out;
}

/** The transpose of `gather`: a shard that is used t times receives the sum of t gradients. */
function scatterAdd(pool: Float32Array, length: number, index: Int32Array, gradient: Float32Array): void {
  for (let i = 0, at = 0; i < index.length; i++) {
    const from = (index[i] as number) * length;
    for (let j = 0; j < length; j++, at++) pool[from + j] = (pool[from + j] as number) + (gradient[at] as number);
  }
}

function scaleRows(rows: Float32Array, scales: Float32Array | undefined): void {
  if (!scales) return;
  const width = rows.length / scales.length;
  for (let at = 0; at < rows.length; at++) {
    rows[at] = (rows[at] as number) * (scales[Math.floor(at / width)] as number);
  }
}
