import { invertPositiveDefinite } from "../../../kit/cholesky.ts";
import type { Decision, Passed, QueryStrategy } from "../query-strategy.ts";
import { addRecord, leverage, scaledIdentity } from "../rank-one.ts";

export interface DOptimalSettings {
  /** Length of a record. */
  dimension: number;
  /** Share α of the records it is to query in the long run. */
  rate: number;
  /** Unlabelled records that pass before the first query; d + 1 at least. */
  warmup?: number;
  /** $P = (X^\top X + \text{ridge}\, I)^{-1}$; with 0 everything is queried until the labelled records span all directions. */
  ridge?: number;
}

/** A pivot below this share of its diagonal entry: the labelled records do not span all directions. */
const singular = 1e-12;

interface Saved {
  seen: number[][];
  inverse: number[] | null;
  moment: number[];
}

/**
 * Online D-optimal design for a linear regression (Riquelme et al. 2017; conditional form of Cacciarelli et al. 2022): queries a
 * record whose leverage $x^\top P x$, $P = (X^\top X + \text{ridge}\, I)^{-1}$ over the labelled records, reaches Γ, the
 * $(1 - \alpha)$ quantile of the leverages of an unlabelled warm-up set. A label multiplies $\det P^{-1}$ by $1 + x^\top P x$.
 *
 * After every label P takes a rank-one step, O(d²), and so do the leverages of the W warm-up records, O(Wd):
 * $u^\top P' u = u^\top P u - (u^\top P x)^2 / (1 + x^\top P x)$. With ridge 0 no decision depends on the features' units.
 */
export class DOptimal implements QueryStrategy {
  readonly name = "d-optimal";
  readonly rate: number;
  readonly warmup: number;
  readonly dimension: number;
  #seen: Float64Array[] = [];
  #levers: Float64Array = new Float64Array(0);
  #sorted: Float64Array = new Float64Array(0);
  #moment: Float64Array;
  #inverse: Float64Array | undefined;
  #gamma = Number.POSITIVE_INFINITY;
  readonly #gain: Float64Array;
  readonly #decision: Decision = { query: false, probability: 0, score: 0 };

  constructor({ dimension, rate, warmup = 300, ridge = 1e-3 }: DOptimalSettings) {
    if (!(rate > 0 && rate <= 1)) throw new RangeError(`the rate ${rate} is not in (0, 1]`);
    if (!(ridge >= 0)) throw new RangeError(`the ridge ${ridge} is negative`);
    if (!Number.isInteger(warmup) || warmup < dimension + 1)
      throw new RangeError(
        `a warm-up of ${warmup} records is too short for ${dimension} features: ${dimension + 1} or more`,
      );
    this.dimension = dimension;
    this.rate = rate;
    this.warmup = warmup;
    this.#gain = new Float64Array(dimension);
    this.#moment = scaledIdentity(dimension, ridge);
    this.#inverse = invertPositiveDefinite(this.#moment, dimension, singular);
  }

  /** Γ, the leverage from which a record is queried; infinite during the warm-up. */
  get threshold(): number {
    return this.#gamma;
  }

  /** $P$, row by row; undefined while the labelled records do not span all directions. */
  get inverse(): Float64Array | undefined {
    return this.#inverse?.slice();
  }

  /** Leverage of a record; infinite while the labelled records do not span all directions. */
  leverage(x: Float64Array): number {
    return this.#inverse ? leverage(this.#inverse, x) : Number.POSITIVE_INFINITY;
  }

  shouldQuery(x: Float64Array): Decision {
    const decision = this.#decision;
    const ready = this.#seen.length >= this.warmup;
    decision.score = this.leverage(x);
    decision.query = ready && (decision.score === Number.POSITIVE_INFINITY || decision.score >= this.#gamma);
    decision.probability = +decision.query;
    return decision;
  }

  observe({ queried, x }: Pick<Passed, "queried" | "x">): void {
    if (queried) this.addLabelled(x);
    else if (this.#seen.length < this.warmup) {
      this.#seen.push(x.slice());
      if (this.#seen.length === this.warmup) this.#measure();
    }
  }

  /** A record whose label is known, bought here or given at the start. */
  addLabelled(x: Float64Array): void {
    const d = this.dimension;
    if (!this.#inverse) {
      for (let i = 0; i < d; i++)
        for (let j = 0; j < d; j++)
          this.#moment[i * d + j] = (this.#moment[i * d + j] as number) + (x[i] as number) * (x[j] as number);
      this.#inverse = invertPositiveDefinite(this.#moment, d, singular);
      if (this.#inverse) this.#measure();
      return;
    }
    const lever = addRecord(this.#inverse, x, this.#gain);
    const scale = 1 / (1 + lever);
    for (let i = 0; i < this.#levers.length; i++) {
      const u = this.#seen[i] as Float64Array;
      let inner = 0;
      for (let j = 0; j < d; j++) inner += (u[j] as number) * (this.#gain[j] as number);
      this.#levers[i] = (this.#levers[i] as number) - scale * inner * inner;
    }
    this.#settle();
  }

  #measure(): void {
    const inverse = this.#inverse;
    if (!inverse || this.#seen.length < this.warmup) return;
    this.#levers = Float64Array.from(this.#seen, (u) => leverage(inverse, u));
    this.#sorted = new Float64Array(this.#levers.length);
    this.#settle();
  }

  #settle(): void {
    if (this.#levers.length === 0) return;
    this.#sorted.set(this.#levers);
    this.#sorted.sort();
    const at = Math.floor((1 - this.rate) * this.#sorted.length);
    this.#gamma = this.#sorted[Math.min(at, this.#sorted.length - 1)] as number;
  }

  save(): Saved {
    return {
      seen: this.#seen.map((u) => Array.from(u)),
      inverse: this.#inverse ? Array.from(this.#inverse) : null,
      moment: Array.from(this.#moment),
    };
  }

  restore(state: unknown): void {
    const { seen, inverse, moment } = state as Saved;
    this.#seen = seen.map((u) => Float64Array.from(u));
    this.#inverse = inverse ? Float64Array.from(inverse) : undefined;
    this.#moment = Float64Array.from(moment);
    this.#measure();
  }
}

/** A {@link DOptimal} strategy. */
export function dOptimal(settings: DOptimalSettings): DOptimal {
  return new DOptimal(settings);
}
