import { type Dtype, dtypeBytes } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { type LayerType, wholeNumber } from "./low-rank-adapter.ts";
import type { MosConfig } from "./mos-config.ts";

/** Numbers that LoRA of rank e trains on these layer types, and MoS of equivalent rank e as well: $\sum_t L_t\,e\,(h_t + o_t)$. */
export function adapterParameters(types: readonly LayerType[], rank: number): number {
  wholeNumber("rank", rank);
  return types.reduce((sum, { layers, inDim, outDim }) => sum + layers * rank * (inDim + outDim), 0);
}

/** Entries of the two index tables of every block: 2Lrl, or Lrl where one table serves both factors. */
export function indexEntries({
  layers,
  rank,
  shardsPerVector,
  dissociate,
}: Pick<MosConfig, "layers" | "rank" | "shardsPerVector" | "dissociate">): number {
  return (dissociate ? 2 : 1) * layers * rank * shardsPerVector;
}

export interface ServingOptions {
  /** Adapters that are held at once, one a user. */
  users: number;
  /** Parameters of the base model, which all users share. */
  base: number;
  /** Bytes of one user's adapter (an adapter's `storageBytes`), or its parameters when it has no tables. */
  adapter: { bytes: number } | { parameters: number };
  dtype: Dtype;
}

export interface ServingMemory {
  baseBytes: number;
  bytesPerUser: number;
  totalBytes: number;
  /** The adapters' share of the total. */
  adapterShare: number;
}

/** Memory for one base model and one adapter a user, all resident: base + users · adapter. */
export function servingMemory({ users, base, adapter, dtype }: ServingOptions): ServingMemory {
  wholeNumber("users", users, 0);
  if (!(base >= 0)) throw new BadInput(`base is ${base} and a number of parameters is wanted`);
  const baseBytes = base * dtypeBytes[dtype];
  const bytesPerUser = "bytes" in adapter ? adapter.bytes : adapter.parameters * dtypeBytes[dtype];
  const totalBytes = baseBytes + users * bytesPerUser;
  return {
    baseBytes,
    bytesPerUser,
    totalBytes,
    adapterShare: totalBytes > 0 ? (users * bytesPerUser) / totalBytes : 0,
  };
}

/** The seven linear layer types of LLaMA2-7B, which the paper adapts: 6.74 billion parameters, 32 blocks. */
export const llama2Layers: readonly LayerType[] = [
  { layers: 4 * 32, inDim: 4096, outDim: 4096 }, // q, k, v and o
  { layers: 2 * 32, inDim: 4096, outDim: 11_008 }, // gate and up
  { layers: 32, inDim: 11_008, outDim: 4096 }, // down
];
