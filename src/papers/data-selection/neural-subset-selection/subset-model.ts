import { BadInput } from "../../../kit/errors.ts";
import { initMlp, type Mlp, mlp } from "../../../kit/nets/mlp.ts";
import { type ParamTree, parameterCount } from "../../../kit/nets/tree.ts";
import type { Random } from "../../../kit/random.ts";

/** How the ground set enters the score: not at all (EquiVSet), or by INSET's pooled code, summed or concatenated. */
export const supersets = ["none", "sum", "concat"] as const;
/** Where the mean field starts: at a constant, or at what an amortised network proposes (its samples independent or coupled). */
export const amortizations = ["none", "independent", "copula"] as const;

export interface SubsetConfig {
  /** Numbers of an item, d. */
  dim: number;
  /** Width of the items' code φ. */
  hidden?: number;
  /** Width of the layers of ff; as `hidden` unless given. */
  width?: number;
  superset?: (typeof supersets)[number];
  /** Whether the ground set's items are encoded by the same φ. */
  shareEncoder?: boolean;
  /** Steps K of the mean field. */
  meanFieldSteps?: number;
  /** Random subsets M in every step. */
  samples?: number;
  /** ψ⁽⁰⁾ without amortisation; the mean share of chosen items in the training sets unless given. */
  start?: number;
  amortized?: (typeof amortizations)[number];
  /** Rank of the Gaussian copula. */
  rank?: number;
}

export type CompleteConfig = Required<SubsetConfig>;

/** A neural set function with all that inference needs. */
export interface SubsetModel {
  config: CompleteConfig;
  /** Named `phi.…`, `context.…` (an encoder of its own for V), `head.…` and `proposal.…`. */
  params: ParamTree;
}

const positive = (value: number): boolean => Number.isInteger(value) && value >= 1;

/** The configuration with its defaults; sizes that are none and a start outside (0, 1) are refused. */
export function completeConfig(config: SubsetConfig, start = 0.5): CompleteConfig {
  const hidden = config.hidden ?? 64;
  const complete = {
    hidden,
    width: hidden,
    superset: "sum" as const,
    shareEncoder: true,
    meanFieldSteps: 1,
    samples: 5,
    start,
    amortized: "none" as const,
    rank: 5,
    ...Object.fromEntries(Object.entries(config).filter(([, value]) => value !== undefined)),
    dim: config.dim,
  };
  for (const name of ["dim", "hidden", "width", "meanFieldSteps", "samples", "rank"] as const) {
    if (!positive(complete[name])) {
      throw new BadInput(`${complete[name]} is not a whole number of 1 or more`, { where: name });
    }
  }
  if (!(complete.start > 0 && complete.start < 1)) {
    throw new BadInput(`${complete.start} is not between 0 and 1`, { where: "start" });
  }
  return complete;
}

/** The encoder φ: d → hidden → hidden. */
export const encoderNet = ({ dim, hidden }: CompleteConfig): Mlp => mlp([dim, hidden, hidden]);

/** The amortised network: d → hidden → logit of ψ⁽⁰⁾ and, for the copula, a spread and `rank` loadings. */
export const proposalNet = ({ dim, hidden, amortized, rank }: CompleteConfig): Mlp =>
  mlp([dim, hidden, amortized === "copula" ? 2 + rank : 1]);

/** The tensors whose names begin with `name.`, without it; they are shared, not copied. */
export function branch(params: ParamTree, name: string): ParamTree {
  const start = `${name}.`;
  return Object.fromEntries(
    Object.entries(params).flatMap(([key, tensor]) =>
      key.startsWith(start) ? [[key.slice(start.length), tensor] as const] : [],
    ),
  );
}

/** The tree with `name.` before every name. */
export function prefixed(tree: ParamTree, name: string): ParamTree {
  return Object.fromEntries(Object.entries(tree).map(([key, tensor]) => [`${name}.${key}`, tensor]));
}

/** A dense layer with weights and biases uniform in $\pm 1/\sqrt{\text{inputs}}$, a variance of 1/(3 · inputs). */
function dense(random: Random, name: string, inputs: number, outputs: number, bias: boolean): ParamTree {
  const bound = 1 / Math.sqrt(inputs);
  const fill = (size: number): Float32Array => Float32Array.from({ length: size }, () => random.uniform(-bound, bound));
  const tree: ParamTree = { [`${name}.weight`]: { data: fill(inputs * outputs), shape: [inputs, outputs] } };
  if (bias) tree[`${name}.bias`] = { data: fill(outputs), shape: [outputs] };
  return tree;
}

/**
 * A model at its random start: weights of variance 2/inputs and biases 0 in φ, both uniform in $\pm 1/\sqrt{\text{inputs}}$ behind it, as
 * is usual for dense layers. The base's uniform ±0.05 leaves a network of five layers on a plateau for long. Tensors that a base and an INSET model of one size share are drawn from streams of the same
 * name, so that they start equal.
 */
export function initSubsetModel(config: SubsetConfig, random: Random): SubsetModel {
  const complete = completeConfig(config);
  const { hidden, width, superset, shareEncoder, amortized } = complete;
  const of = (name: string, inputs: number, outputs: number, bias = true): ParamTree =>
    prefixed(dense(random.fork(name), name, inputs, outputs, bias), "head");
  const params: ParamTree = {
    ...prefixed(initMlp(encoderNet(complete), random.fork("phi")), "phi"),
    ...of("subset", hidden, width),
    ...of("inner", width, width),
    ...of("out", width, 1),
  };
  if (superset !== "none") {
    // The sum needs one bias only; a concatenated code has its own, and its own way into the next layer.
    Object.assign(params, of("superset", hidden, width, superset === "concat"));
    if (superset === "concat") Object.assign(params, of("innerSuperset", width, width, false));
    if (!shareEncoder) {
      Object.assign(params, prefixed(initMlp(encoderNet(complete), random.fork("context")), "context"));
    }
  }
  if (amortized !== "none") {
    Object.assign(params, prefixed(initMlp(proposalNet(complete), random.fork("proposal")), "proposal"));
  }
  return { config: complete, params };
}

/** Number of parameters of the set function, without the amortised network. */
export function scoreParameters({ params }: SubsetModel): number {
  return parameterCount(Object.fromEntries(Object.entries(params).filter(([name]) => !name.startsWith("proposal."))));
}

/** The width of ff at which a base without the ground set has as many parameters as the given INSET configuration. */
export function matchedWidth(config: SubsetConfig, count: number): number {
  const { dim, hidden } = completeConfig(config);
  const fixed = dim * hidden + hidden + hidden * hidden + hidden;
  // width² + (hidden + 3)·width + 1 parameters lie behind φ
  const half = (hidden + 3) / 2;
  return Math.max(1, Math.round(Math.sqrt(half * half + Math.max(0, count - fixed - 1)) - half));
}
