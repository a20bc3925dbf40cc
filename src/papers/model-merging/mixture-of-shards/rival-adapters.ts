import { BadInput } from "../../../kit/errors.ts";
import { type ParamTree, parameterCount, tensorOf } from "../../../kit/nets/tree.ts";
import { Random } from "../../../kit/random.ts";
import { type Factors, type LayerType, LowRankAdapter, wholeNumber } from "./low-rank-adapter.ts";
import { MosAdapter } from "./mos-adapter.ts";
import { mosConfig } from "./mos-config.ts";
import { ShardedAdapter, startPools } from "./sharded-adapter.ts";

export interface RivalOptions extends LayerType {
  /** Budget e: Le(h + o) numbers are trained, or as many as fit into that. */
  equivalentRank: number;
  alpha?: number;
  seed: number;
}

/** LoRA (Hu et al., 2021): factors of their own for every block. */
class Lora extends LowRankAdapter {
  readonly params: ParamTree = {};

  constructor({ equivalentRank, alpha, seed, ...type }: RivalOptions) {
    super(type, equivalentRank, alpha);
    const random = new Random(seed).fork("start");
    const bound = 1 / Math.sqrt(this.inDim);
    for (let block = 0; block < this.layers; block++) {
      const A = Float32Array.from({ length: this.rank * this.inDim }, () => random.uniform(-bound, bound));
      this.params[`${block}.A`] = { data: A, shape: [this.rank, this.inDim] };
      this.params[`${block}.B`] = { data: new Float32Array(this.rank * this.outDim), shape: [this.rank, this.outDim] };
    }
  }

  factors(block: number): Factors {
    this.checkBlock(block);
    return { down: tensorOf(this.params, `${block}.A`).data, up: tensorOf(this.params, `${block}.B`).data };
  }

  scatter(block: number, { down, up }: Factors, into: ParamTree): void {
    this.checkBlock(block);
    addTo(tensorOf(into, `${block}.A`).data, down);
    addTo(tensorOf(into, `${block}.B`).data, up);
  }
}

/** LoRA of rank e: $\Delta W^k = \tfrac{\alpha}{e} B^k A^k$ with factors of its own for every block, Le(h + o) numbers. */
export function lora(options: RivalOptions): LowRankAdapter {
  return new Lora(options);
}

export interface SharingOptions extends RivalOptions {
  /** Multiplies the rows of A by constants drawn once for every block (paper, section 2): the motivating experiment. */
  randomScaling?: { mean: number; sd: number };
}

/**
 * Pure sharing (paper, section 2): every block uses the whole pool, so all blocks have the same update, of rank Le. With
 * `randomScaling` fixed random factors tell the blocks apart.
 */
export function pureSharing({ randomScaling, ...options }: SharingOptions): ShardedAdapter {
  const config = mosConfig({ ...options, shardsPerVector: 1, privateRank: 0, subset: false, dissociate: false });
  const shared = new MosAdapter(config);
  if (!randomScaling) return shared;
  const random = new Random(options.seed).fork("random scaling");
  const scales = Array.from({ length: config.layers }, () =>
    Float32Array.from({ length: config.rank }, () => random.normal(randomScaling.mean, randomScaling.sd)),
  );
  return new ShardedAdapter(config, config, shared, shared, scales);
}

/** One pair of factors for all blocks; each block scales the rank's coordinates and the outputs. */
class ScaledPair extends LowRankAdapter {
  readonly params: ParamTree = {};
  readonly #pair: ParamTree;
  readonly #frozen: boolean;

  constructor({ alpha, ...type }: LayerType & { alpha?: number }, rank: number, start: ScaledStart) {
    super(type, rank, alpha);
    const { A, B, rankScale, outScale, frozen } = start;
    this.#pair = { A: { data: A, shape: [rank, this.inDim] }, B: { data: B, shape: [rank, this.outDim] } };
    this.#frozen = frozen;
    if (!frozen) Object.assign(this.params, this.#pair);
    for (let block = 0; block < this.layers; block++) {
      this.params[`${block}.rank`] = { data: new Float32Array(rank).fill(rankScale), shape: [rank] };
      this.params[`${block}.out`] = { data: new Float32Array(this.outDim).fill(outScale), shape: [this.outDim] };
    }
  }

  /** A frozen random pair has to be kept too, or drawn again from its seed. */
  protected override get frozenCount(): number {
    return this.#frozen ? parameterCount(this.#pair) : 0;
  }

  /** $A$ with row i times $d_i$, and $B^\top$ with column j times $b_j$. */
  factors(block: number): Factors {
    this.checkBlock(block);
    const [d, b] = this.#scales(block);
    const { inDim, outDim } = this;
    return {
      down: tensorOf(this.#pair, "A").data.map((value, at) => value * (d[Math.floor(at / inDim)] as number)),
      up: tensorOf(this.#pair, "B").data.map((value, at) => value * (b[at % outDim] as number)),
    };
  }

  scatter(block: number, { down, up }: Factors, into: ParamTree): void {
    const [d, b] = this.#scales(block);
    const { rank, inDim, outDim } = this;
    const [A, B] = [tensorOf(this.#pair, "A").data, tensorOf(this.#pair, "B").data];
    const [ofD, ofB] = [tensorOf(into, `${block}.rank`).data, tensorOf(into, `${block}.out`).data];
    for (let i = 0, at = 0; i < rank; i++) {
      for (let j = 0; j < inDim; j++, at++) ofD[i] = (ofD[i] as number) + (down[at] as number) * (A[at] as number);
    }
    for (let i = 0, at = 0; i < rank; i++) {
      for (let j = 0; j < outDim; j++, at++) ofB[j] = (ofB[j] as number) + (up[at] as number) * (B[at] as number);
    }
    if (this.#frozen) return;
    const [ofA, ofUp] = [tensorOf(into, "A").data, tensorOf(into, "B").data];
    addTo(
      ofA,
      down.map((value, at) => value * (d[Math.floor(at / inDim)] as number)),
    );
    addTo(
      ofUp,
      up.map((value, at) => value * (b[at % outDim] as number)),
    );
  }

  #scales(block: number): [Float32Array, Float32Array] {
    return [tensorOf(this.params, `${block}.rank`).data, tensorOf(this.params, `${block}.out`).data];
  }
}

interface ScaledStart {
  A: Float32Array;
  B: Float32Array;
  rankScale: number;
  outScale: number;
  frozen: boolean;
}

/** The largest rank whose numbers fit into Le(h + o). */
function fittingRank(name: string, budget: number, fixed: number, perRank: number): number {
  const rank = Math.floor((budget - fixed) / perRank);
  if (rank >= 1) return rank;
  throw new BadInput(`${budget} numbers are too few for ${name}, which needs ${fixed + perRank}`);
}

/**
 * Tied-LoRA (Renduchintala et al., 2023): one trained pair for all blocks and trained scales for each,
 * $\Delta W^k = \mathrm{diag}(b^k) B\, \mathrm{diag}(d^k) A$, of the largest rank whose numbers fit into the budget.
 */
export function tiedLora({ equivalentRank, seed, ...rest }: RivalOptions): LowRankAdapter {
  const { layers, inDim, outDim } = rest;
  const budget = layers * wholeNumber("equivalentRank", equivalentRank) * (inDim + outDim);
  const rank = fittingRank("Tied-LoRA", budget, layers * outDim, inDim + outDim + layers);
  const { poolA: A, poolB: B } = startPools(rank, [inDim, outDim], inDim, new Random(seed).fork("start"));
  return new ScaledPair(rest, rank, { A, B, rankScale: 1, outScale: 1, frozen: false });
}

/**
 * VeRA (Kopiczko et al., 2023): a frozen random pair for all blocks, trained scales for each, $d$ starting at 0.1 and $b$
 * at 0, of the largest rank whose scales fit into the budget.
 */
export function vera({ equivalentRank, seed, ...rest }: RivalOptions): LowRankAdapter {
  const { layers, inDim, outDim } = rest;
  const budget = layers * wholeNumber("equivalentRank", equivalentRank) * (inDim + outDim);
  const rank = fittingRank("VeRA", budget, layers * outDim, layers);
  const random = new Random(seed).fork("start");
  // Kaiming-uniform, as its authors have it: within √(3)·√2/√(fan-in), the fan-in of B being the rank.
  const draw = (rows: number, width: number, fan: number): Float32Array => {
    const bound = Math.sqrt(6 / fan);
    return Float32Array.from({ length: rows * width }, () => random.uniform(-bound, bound));
  };
  const [A, B] = [draw(rank, inDim, inDim), draw(rank, outDim, rank)];
  return new ScaledPair(rest, rank, { A, B, rankScale: 0.1, outScale: 0, frozen: true });
}

export interface ProLoraOptions extends RivalOptions {
  /** Pieces m that a shared vector is made of, all the same but for the rotation. */
  shardsPerVector?: number;
  /** Rank u that is not shared; e > u. */
  privateRank?: number;
}

/**
 * PRoLoRA (Wang et al., 2024): sharing inside a block only. Of rank r = u + (e − u)m, u rows are plain, and the others
 * repeat one piece of a vector m times; the j-th repetition is taken from a row further on, at different strides in A and B,
 * so that rows differ.
 */
export function proLora({ shardsPerVector = 2, privateRank = 1, ...options }: ProLoraOptions): ShardedAdapter {
  const { layers, inDim, outDim, equivalentRank: e, seed } = options;
  // The check of a mixture of shards covers what is wanted here, but for the rank.
  mosConfig({ ...options, rank: e, shardsPerVector, privateRank: Math.min(privateRank, e - 1) });
  const m = shardsPerVector;
  const shared = (e - privateRank) * m;
  const perBlock = shared + privateRank * m;
  const rank = privateRank + shared;
  const table = (block: number, stride: number): Int32Array =>
    Int32Array.from({ length: rank * m }, (_, at) => {
      const [row, piece] = [Math.floor(at / m), at % m];
      const start = block * perBlock;
      return row < shared ? start + ((row + piece * stride) % shared) : start + shared + (row - shared) * m + piece;
    });
  const tables = (stride: number): Int32Array[] => Array.from({ length: layers }, (_, block) => table(block, stride));
  const pools = startPools(layers * perBlock, [inDim / m, outDim / m], inDim, new Random(seed).fork("start"));
  const routing = { indexA: tables(1), indexB: tables(Math.max(2, Math.floor(shared / m))) };
  const { alpha = rank } = options;
  return new ShardedAdapter(options, { rank, alpha, shardsPerVector: m }, pools, routing);
}

function addTo(into: Float32Array, values: Float32Array): void {
  for (let i = 0; i < into.length; i++) into[i] = (into[i] as number) + (values[i] as number);
}
