import { type NoiseSource, noiseSource } from "./noise.ts";
import { PrivacyLedger } from "./privacy.ts";

/** The value of the largest column sum, or the column that has it. */
export type Problem = "max-sum" | "sum-select";

/** One record: d numbers in [0, 1]. */
export type EventRecord = Uint8Array | Float64Array;

/**
 * A mechanism under continual observation: it takes one record a step and answers at once, over a horizon of T steps, with
 * a total cost of $\rho$ in zCDP for replacing one record, also when the records are chosen after seeing the answers.
 */
export interface ContinualMechanism<A> {
  readonly problem: Problem;
  /** Horizon: the number of steps it was made for. */
  readonly T: number;
  /** Columns of a record. */
  readonly d: number;
  /** Privacy budget of a whole run. */
  readonly rho: number;
  /** What has been spent so far. */
  readonly ledger: PrivacyLedger;
  /** Records taken so far. */
  readonly time: number;
  /** Takes the next record and answers for all so far. Throws RangeError on a wrong record and past the horizon. */
  step(x: EventRecord): A;
  /** Starts again from nothing, with fresh noise; without a seed from the cryptographic generator. */
  reset(seed?: number): void;
}

export interface MechanismOptions {
  /** Horizon: the most records that will come. */
  T: number;
  /** Columns of a record. */
  d: number;
  /** Privacy budget in zCDP for the whole run. */
  rho: number;
  /** Makes the noise reproducible; leave it out for noise from the cryptographic generator. */
  seed?: number | undefined;
}

/** Longest horizon: times are 31-bit integers. */
export const longestHorizon = 2 ** 31 - 1;

export function checkOptions({ T, d, rho }: Pick<MechanismOptions, "T" | "d" | "rho">): void {
  if (!Number.isInteger(T) || T < 1 || T > longestHorizon) {
    throw new RangeError(`the horizon T is ${T}; a whole number from 1 to ${longestHorizon} is wanted`);
  }
  if (!Number.isInteger(d) || d < 1) throw new RangeError(`d is ${d}; a whole number of at least 1 is wanted`);
  if (!(rho > 0) || !Number.isFinite(rho)) throw new RangeError(`rho is ${rho}; a positive number is wanted`);
}

/** Refuses what is not d numbers in [0, 1]. */
export function checkRecord(x: EventRecord, d: number): void {
  if (x.length !== d) throw new RangeError(`the record has ${x.length} entries and ${d} are wanted`);
  for (let j = 0; j < d; j++) {
    const value = x[j] as number;
    if (!(value >= 0 && value <= 1)) throw new RangeError(`entry ${j} of the record is ${value}, outside [0, 1]`);
  }
}

/**
 * What all mechanisms here share: exact column sums $S_t[j] = \sum_{i \le t} x_i[j]$, their running maximum (records only
 * add, so it moves only with the entries of the new record), the clock, the ledger and the noise.
 */
export abstract class SumMechanism implements ContinualMechanism<number> {
  readonly problem: Problem;
  readonly T: number;
  readonly d: number;
  readonly rho: number;
  readonly ledger = new PrivacyLedger();
  /** Exact sums: secret. */
  protected readonly sums: Float64Array;
  /** Their largest: secret. */
  protected largest = 0;
  protected noise: NoiseSource;
  #time = 0;

  constructor(problem: Problem, options: MechanismOptions) {
    checkOptions(options);
    this.problem = problem;
    this.T = options.T;
    this.d = options.d;
    this.rho = options.rho;
    this.sums = new Float64Array(options.d);
    this.noise = noiseSource(options.seed);
  }

  get time(): number {
    return this.#time;
  }

  step(x: EventRecord): number {
    if (this.#time >= this.T) {
      throw new RangeError(`step ${this.#time + 1} is past the horizon T = ${this.T}, for which the noise was set`);
    }
    checkRecord(x, this.d);
    const { sums, d } = this;
    let largest = this.largest;
    for (let j = 0; j < d; j++) {
      const sum = (sums[j] as number) + (x[j] as number);
      sums[j] = sum;
      if (sum > largest) largest = sum;
    }
    this.largest = largest;
    this.#time += 1;
    return this.answer(this.#time);
  }

  reset(seed?: number): void {
    this.sums.fill(0);
    this.largest = 0;
    this.#time = 0;
    this.ledger.clear();
    this.noise = noiseSource(seed);
    this.restart();
  }

  /** The private answer at time t, after the record has been added. */
  protected abstract answer(t: number): number;

  /** Clears whatever the mechanism itself remembers. */
  protected abstract restart(): void;
}

/**
 * Post-processing of max-sum answers: each is clamped to what is possible, $[0, t]$, and never falls below an earlier one.
 * It costs no privacy and never enlarges the worst error $\max_t |a_t - \max_j S_t[j]|$, because the true maximum does not
 * fall either; it mostly helps the average error, so compare both with and without.
 */
export function monotone(mechanism: ContinualMechanism<number>): ContinualMechanism<number> {
  if (mechanism.problem !== "max-sum") throw new RangeError("only max-sum answers can be made monotone");
  let highest = 0;
  return {
    problem: mechanism.problem,
    T: mechanism.T,
    d: mechanism.d,
    rho: mechanism.rho,
    ledger: mechanism.ledger,
    get time() {
      return mechanism.time;
    },
    step(x) {
      highest = Math.max(highest, Math.min(mechanism.time + 1, mechanism.step(x)));
      return highest;
    },
    reset(seed) {
      highest = 0;
      mechanism.reset(seed);
    },
  };
}
