import { type ContinualMechanism, checkOptions, type MechanismOptions } from "./mechanism.ts";
import type { NoiseSource } from "./noise.ts";
import { NoisyPrefix, type PrefixNoise } from "./noisy-prefix.ts";
import type { PrivacyLedger } from "./privacy.ts";

/** Levels of the tree over T steps: $L = \lfloor \log_2 T \rfloor + 1$. No record is in more nodes than that. */
export function treeLevels(T: number): number {
  return 32 - Math.clz32(T);
}

/**
 * The dyadic intervals whose sums make up the prefix 1..t, longest first: one for every 1 bit of t, as [first, last].
 */
export function dyadicNodes(t: number): [first: number, last: number][] {
  const nodes: [number, number][] = [];
  let end = t;
  while (end > 0) {
    const length = end & -end;
    nodes.push([end - length + 1, end]);
    end -= length;
  }
  return nodes.reverse();
}

/**
 * Noise of the binary tree mechanism (Dwork, Naor, Pitassi and Rothblum 2010; Chan, Shi and Song 2011) on d sums at once.
 * Each dyadic interval is a node whose vector sum is released with $N(0, \sigma^2)$ in every coordinate, and the prefix at
 * time t adds up the nodes of {@link dyadicNodes}. Sums are linear, so the noise of a prefix is the noise of its nodes:
 *
 * $$Z_t = Z_{t - 2^i} + N(0, \sigma^2 I), \qquad 2^i \text{ the lowest 1 bit of } t.$$
 *
 * Replacing a record moves a node by up to $\sqrt d$ in the 2-norm and is seen by L nodes, one a level, so
 * $\sigma = \sqrt{Ld/(2\rho)}$. One vector is kept per level: $O(d \log T)$ memory and $O(d)$ work a step.
 */
export class TreeNoise implements PrefixNoise {
  readonly sigma: number;
  readonly #d: number;
  readonly #levelCost: number;
  /** Row i: noise of the prefix that ended when bit i was last the lowest. Row L stays 0: the empty prefix. */
  readonly #rows: Float64Array[];

  constructor({ T, d, rho }: MechanismOptions, sigma?: number) {
    const levels = treeLevels(T);
    this.sigma = sigma ?? Math.sqrt((levels * d) / (2 * rho));
    this.#d = d;
    this.#levelCost = rho / levels;
    this.#rows = Array.from({ length: levels + 1 }, () => new Float64Array(d));
  }

  next(t: number, source: NoiseSource, ledger: PrivacyLedger): Float64Array {
    const level = 31 - Math.clz32(t & -t);
    const rest = t & (t - 1);
    const before = rest === 0 ? this.#rows.length - 1 : 31 - Math.clz32(rest & -rest);
    const from = this.#rows[before] as Float64Array; // levels of t ≤ T exist
    const row = this.#rows[level] as Float64Array;
    for (let j = 0; j < this.#d; j++) row[j] = (from[j] as number) + this.sigma * source.normal();
    // The nodes of a level are disjoint: a record pays for each level once, when the level is first used.
    if (rest === 0) ledger.record(t, `tree, level ${level}, Gaussian`, this.#levelCost);
    return row;
  }

  reset(): void {
    for (const row of this.#rows) row.fill(0);
  }
}

/** Max-sum from the d-dimensional binary tree: the largest of the noisy sums. Error $\tilde O(\sqrt{d/\rho}\,\log^{3/2} T)$. */
export function treeMaxSum(options: MechanismOptions): ContinualMechanism<number> {
  checkOptions(options);
  return new NoisyPrefix("max-sum", options, new TreeNoise(options));
}

/** Sum-select from the d-dimensional binary tree: the column of the largest noisy sum. */
export function treeSumSelect(options: MechanismOptions): ContinualMechanism<number> {
  checkOptions(options);
  return new NoisyPrefix("sum-select", options, new TreeNoise(options));
}

/** Continual counting by the binary tree: a noisy count of the ones so far; records have one entry. */
export function treeCounter(options: Omit<MechanismOptions, "d">): ContinualMechanism<number> {
  return treeMaxSum({ ...options, d: 1 });
}
