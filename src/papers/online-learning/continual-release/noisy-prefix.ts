import { type MechanismOptions, type Problem, SumMechanism } from "./mechanism.ts";
import type { NoiseSource } from "./noise.ts";
import type { PrivacyLedger } from "./privacy.ts";

/** Correlated Gaussian noise for d running sums. */
export interface PrefixNoise {
  /** Standard deviation of the independent samples it is made of. */
  readonly sigma: number;
  /** The noise of all d sums at time t; called with t = 1, 2, 3, … The array is reused. */
  next(t: number, source: NoiseSource, ledger: PrivacyLedger): Float64Array;
  reset(): void;
}

/**
 * Releases all d running sums privately and answers max-sum or sum-select from them: post-processing, free of cost. The
 * privacy is that of the noise; Gaussian releases of linear functions of the past keep it for adaptively chosen records.
 */
export class NoisyPrefix extends SumMechanism {
  readonly #process: PrefixNoise;

  constructor(problem: Problem, options: MechanismOptions, process: PrefixNoise) {
    super(problem, options);
    this.#process = process;
  }

  protected answer(t: number): number {
    const noise = this.#process.next(t, this.noise, this.ledger);
    const { sums, d } = this;
    let best = 0;
    let highest = Number.NEGATIVE_INFINITY;
    for (let j = 0; j < d; j++) {
      const value = (sums[j] as number) + (noise[j] as number);
      if (value > highest) {
        highest = value;
        best = j;
      }
    }
    return this.problem === "max-sum" ? highest : best;
  }

  protected restart(): void {
    this.#process.reset();
  }
}
