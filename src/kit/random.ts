import { randomBeta, randomBinomial, randomExponential, randomGamma, randomNormal, randomPoisson } from "d3-random";
import { uniformInt } from "pure-rand/distribution/uniformInt";
import { xoroshiro128plus } from "pure-rand/generator/xoroshiro128plus";

/** 32-bit mix of a seed and a label (FNV-1a over the characters, then a final avalanche). */
function mix(seed: number, label: string | number): number {
  let hash = (seed ^ 0x811c9dc5) >>> 0;
  for (const character of String(label)) hash = Math.imul(hash ^ (character.codePointAt(0) ?? 0), 0x01000193) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b) >>> 0;
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35) >>> 0;
  return (hash ^ (hash >>> 16)) >>> 0;
}

/**
 * A seeded random source, the same in Node and in the browser. `uint32`, `float`, `int`, `bool`, `shuffle`, `sample` and
 * `choice` are integer arithmetic and bit-equal on every machine; the other distributions use `Math.log` and its kin.
 */
export class Random {
  readonly seed: number;
  readonly #generator;
  readonly #normal: () => number;

  constructor(seed: number) {
    this.seed = seed >>> 0;
    this.#generator = xoroshiro128plus(mix(this.seed, "livepapers"));
    this.#normal = randomNormal.source(() => this.float())(0, 1);
  }

  /** An independent stream named by `label`; it does not depend on what was drawn from this one before. */
  fork(label: string | number): Random {
    return new Random(mix(this.seed, label));
  }

  /** Uniform 32-bit unsigned integer. */
  uint32(): number {
    return this.#generator.next() >>> 0;
  }

  /** Uniform on [0, 1) with 53 random bits. */
  float(): number {
    const high = this.uint32() >>> 5;
    const low = this.uint32() >>> 6;
    return (high * 67108864 + low) / 9007199254740992;
  }

  /** Uniform on [low, high). */
  uniform(low: number, high: number): number {
    return low + (high - low) * this.float();
  }

  /** Uniform integer in {low, …, high}, both ends included. */
  int(low: number, high: number): number {
    return uniformInt(this.#generator, low, high);
  }

  /** True with probability `p`. */
  bool(p = 0.5): boolean {
    return this.float() < p;
  }

  /** Gaussian with the given mean and standard deviation. */
  normal(mean = 0, sd = 1): number {
    return mean + sd * this.#normal();
  }

  /** Standard Gumbel: −ln(−ln U). */
  gumbel(): number {
    return -Math.log(-Math.log(1 - this.float() || Number.EPSILON / 2));
  }

  /** Exponential with the given rate. */
  exponential(rate = 1): number {
    return randomExponential.source(() => this.float())(rate)();
  }

  /** Poisson with the given mean. */
  poisson(mean: number): number {
    return randomPoisson.source(() => this.float())(mean)();
  }

  /** Log-normal whose logarithm has the given mean and standard deviation. */
  logNormal(mean: number, sd: number): number {
    return Math.exp(this.normal(mean, sd));
  }

  /** Gamma with the given shape and scale. */
  gamma(shape: number, scale = 1): number {
    return randomGamma.source(() => this.float())(shape, scale)();
  }

  /** Beta with the given shapes. */
  beta(a: number, b: number): number {
    return randomBeta.source(() => this.float())(a, b)();
  }

  /** Successes in `n` independent trials of probability `p`. */
  binomial(n: number, p: number): number {
    return randomBinomial.source(() => this.float())(n, p)();
  }

  /** A point of the simplex, Dirichlet with the given concentrations. */
  dirichlet(concentrations: readonly number[]): number[] {
    const draws = concentrations.map((a) => this.gamma(a));
    const total = draws.reduce((sum, x) => sum + x, 0);
    return total > 0 ? draws.map((x) => x / total) : draws.map(() => 1 / draws.length);
  }

  /** One element; throws on an empty list. */
  choice<T>(items: readonly T[]): T {
    if (items.length === 0) throw new RangeError("choice from an empty list");
    return items[this.int(0, items.length - 1)] as T; // the index is in range
  }

  /** Index drawn in proportion to non-negative weights. */
  weighted(weights: ArrayLike<number>): number {
    let total = 0;
    for (let i = 0; i < weights.length; i++) total += weights[i] ?? 0;
    let left = this.float() * total;
    for (let i = 0; i < weights.length; i++) {
      left -= weights[i] ?? 0;
      if (left < 0) return i;
    }
    return weights.length - 1;
  }

  /** Fisher–Yates shuffle, in place; returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.int(0, i);
      const kept = items[i];
      items[i] = items[j];
      items[j] = kept;
    }
    return items;
  }

  /** A random order of 0..n−1. */
  permutation(n: number): number[] {
    return this.shuffle(Array.from({ length: n }, (_, i) => i));
  }

  /** `count` distinct elements, in random order. */
  sample<T>(items: readonly T[], count: number): T[] {
    return this.shuffle([...items]).slice(0, count);
  }
}
