import { type Dtype, dtypeBytes } from "../../../kit/dtypes.ts";
import { BadInput } from "../../../kit/errors.ts";
import { multiply } from "../../../kit/nets/multiply.ts";
import { type ParamTree, parameterCount } from "../../../kit/nets/tree.ts";

/** One type of linear layer, repeated in several blocks. */
export interface LayerType {
  /** Blocks L that have such a layer. */
  layers: number;
  /** Width h of what comes in. */
  inDim: number;
  /** Width o of what goes out. */
  outDim: number;
}

/** The factors of one block's update row by row: `down` is A (r × h), `up` is Bᵀ (r × o). */
export interface Factors {
  down: Float32Array;
  up: Float32Array;
}

/** How a weight matrix lies in memory: outputs × inputs, as PyTorch keeps it, or the other way round. */
export type WeightLayout = "out-in" | "in-out";

export interface StorageOptions {
  /** False: index tables are drawn again from the seed when the adapter is loaded, and cost nothing. */
  countIndices?: boolean;
}

/**
 * An adapter of all blocks of one layer type. Block k computes $y = W_0^k x + s\,B^k A^k x$ with $A^k \in \mathbb{R}^{r\times h}$,
 * $B^k \in \mathbb{R}^{o\times r}$ and $s = \alpha/r$; what is trained is in `params`. Subclasses say how the factors come out of
 * the parameters, and how gradients go back.
 */
export abstract class LowRankAdapter implements LayerType {
  readonly layers: number;
  readonly inDim: number;
  readonly outDim: number;
  /** Rank r that every block uses. */
  readonly rank: number;
  /** $s = \alpha / r$. */
  readonly scale: number;
  /** What is trained, by name. */
  abstract readonly params: ParamTree;

  constructor({ layers, inDim, outDim }: LayerType, rank: number, alpha = rank) {
    this.layers = wholeNumber("layers", layers);
    this.inDim = wholeNumber("inDim", inDim);
    this.outDim = wholeNumber("outDim", outDim);
    this.rank = wholeNumber("rank", rank);
    if (!Number.isFinite(alpha)) throw new BadInput(`alpha is ${alpha} and a number is wanted`);
    this.scale = alpha / rank;
  }

  /** The factors of block k to read from: $O(r(h+o))$ copies where they are looked up, the parameters themselves for LoRA. */
  abstract factors(block: number): Factors;

  /** Adds to `into`, a gradient tree shaped as `params`, what the factors' gradients of block k say. */
  abstract scatter(block: number, gradient: Factors, into: ParamTree): void;

  /** Numbers that are stored but not trained, index tables aside. */
  protected get frozenCount(): number {
    return 0;
  }

  /** Index entries that are stored. */
  protected get indexCount(): number {
    return 0;
  }

  /** Bytes of one index entry. */
  protected get indexBytes(): number {
    return 2;
  }

  get trainableCount(): number {
    return parameterCount(this.params);
  }

  /** Bytes that one adapter takes when numbers are kept as `dtype`. */
  storageBytes(dtype: Dtype, { countIndices = true }: StorageOptions = {}): number {
    const indices = countIndices ? this.indexCount * this.indexBytes : 0;
    return (this.trainableCount + this.frozenCount) * dtypeBytes[dtype] + indices;
  }

  /** $A^k$ (r × h) and $B^k$ (o × r), row-major, as the paper writes them; copies. */
  materialize(block: number): { A: Float32Array; B: Float32Array } {
    const { down, up } = this.factors(block);
    const B = new Float32Array(up.length);
    for (let i = 0; i < this.rank; i++) {
      for (let j = 0; j < this.outDim; j++) B[j * this.rank + i] = up[i * this.outDim + j] as number;
    }
    return { A: down.slice(), B };
  }

  /** The update of block k with its scale, $s\,B^k A^k$ (o × h, or h × o). */
  delta(block: number, layout: WeightLayout = "out-in"): Float32Array {
    const { rank, inDim, outDim } = this;
    const { down, up } = this.factors(block);
    const product = new Float32Array(inDim * outDim);
    if (layout === "out-in") multiply(product, up, down, outDim, inDim, rank, { transposeA: true });
    else multiply(product, down, up, inDim, outDim, rank, { transposeA: true });
    if (this.scale !== 1) for (let i = 0; i < product.length; i++) product[i] = this.scale * (product[i] as number);
    return product;
  }

  /** $s\,B^k A^k x$ for `count` rows x (count × h), at the cost of the rank: $O(\mathrm{count}\cdot r(h+o))$. */
  forward(block: number, rows: Float32Array, count = rows.length / this.inDim): Float32Array {
    const { rank, inDim, outDim, scale } = this;
    const { down, up } = this.factors(block);
    const narrow = new Float32Array(count * rank);
    multiply(narrow, rows, down, count, rank, inDim, { transposeB: true });
    const out = new Float32Array(count * outDim);
    multiply(out, narrow, up, count, outDim, rank);
    if (scale !== 1) for (let i = 0; i < out.length; i++) out[i] = scale * (out[i] as number);
    return out;
  }

  /** $W_0^k + s\,B^k A^k$ for every block: new matrices, as many as there are blocks. */
  mergeInto(base: readonly Float32Array[], layout: WeightLayout = "out-in"): Float32Array[] {
    if (base.length !== this.layers) {
      throw new BadInput(`there are ${base.length} weight matrices and the adapter has ${this.layers} layers`);
    }
    return base.map((weight, block) => this.adapted(block, weight, layout));
  }

  /** $W_0^k + s\,B^k A^k$ for one block. */
  adapted(block: number, weight: Float32Array, layout: WeightLayout = "out-in"): Float32Array {
    if (weight.length !== this.inDim * this.outDim) {
      throw new BadInput(`the weights have ${weight.length} numbers and ${this.outDim} × ${this.inDim} are wanted`, {
        where: `layer ${block}`,
      });
    }
    const merged = this.delta(block, layout);
    for (let i = 0; i < merged.length; i++) merged[i] = (merged[i] as number) + (weight[i] as number);
    return merged;
  }

  /**
   * Adds to `into` what the loss's gradient with respect to block k's whole weight matrix says about the parameters:
   * $\partial A = s\,B^\top \partial W$ and $\partial B = s\,\partial W A^\top$, then back through the table of shards.
   */
  addGradient(block: number, weightGradient: Float32Array, into: ParamTree, layout: WeightLayout = "out-in"): void {
    const { rank, inDim, outDim, scale } = this;
    const { down, up } = this.factors(block);
    const gradient: Factors = { down: new Float32Array(down.length), up: new Float32Array(up.length) };
    const flipped = layout === "in-out";
    multiply(gradient.down, up, weightGradient, rank, inDim, outDim, { transposeB: flipped });
    multiply(gradient.up, down, weightGradient, rank, outDim, inDim, { transposeB: !flipped });
    if (scale !== 1) {
      for (const part of [gradient.down, gradient.up]) {
        for (let i = 0; i < part.length; i++) part[i] = scale * (part[i] as number);
      }
    }
    this.scatter(block, gradient, into);
  }

  /** Refuses a block that is not there. */
  protected checkBlock(block: number): void {
    if (Number.isInteger(block) && block >= 0 && block < this.layers) return;
    throw new BadInput(`there is no layer ${block}; the layers are 0 to ${this.layers - 1}`);
  }
}

/** A whole number of at least `least`; anything else is refused by name. */
export function wholeNumber(name: string, value: number, least = 1): number {
  if (Number.isInteger(value) && value >= least) return value;
  throw new BadInput(`${name} is ${value} and a whole number of at least ${least} is wanted`);
}
