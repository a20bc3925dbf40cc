import { BadInput } from "../../../kit/errors.ts";

/**
 * A principal's problem, the paper's model. States θ with prior p; agent i chooses an effort $b_i$ at a cost $c_i(b_i)$ and
 * receives a signal $s_i$; the signals come from the joint law $\psi_b(s\mid\theta)$ and may be correlated even given θ; the
 * principal takes an action worth $u(a,\theta) \in [0,1]$. Read once: make a new object to change it.
 */
export interface Instance {
  /** p(θ), one number a state, adding up to 1. */
  readonly prior: readonly number[];
  /** Number of efforts of each agent. */
  readonly efforts: readonly number[];
  /** Number of signals of each agent. */
  readonly signals: readonly number[];
  /** ψ_b(·|θ) over signal profiles in mixed radix, the last agent's signal running fastest. */
  psi(b: readonly number[], theta: number): ArrayLike<number>;
  /** `costs[i][b_i]`, in the unit of the utility; not negative. */
  readonly costs: readonly (readonly number[])[];
  /** `utility[a][θ]` in [0, 1]. */
  readonly utility: readonly (readonly number[])[];
}

/** Positions in mixed radix, the last digit running fastest: how profiles of efforts and of signals are numbered. */
export class Radix {
  readonly sizes: readonly number[];
  /** Number of profiles. */
  readonly count: number;
  readonly #strides: number[];

  constructor(sizes: readonly number[]) {
    this.sizes = sizes;
    this.#strides = sizes.map((_, i) => sizes.slice(i + 1).reduce((product, size) => product * size, 1));
    this.count = sizes.reduce((product, size) => product * size, 1);
  }

  /** What agent `i` does in a profile. */
  digit(profile: number, i: number): number {
    return Math.floor(profile / (this.#strides[i] ?? 1)) % (this.sizes[i] ?? 1);
  }

  /** The profile in which agent `i` does `digit` instead and the others what they did. */
  replace(profile: number, i: number, digit: number): number {
    return profile + (digit - this.digit(profile, i)) * (this.#strides[i] ?? 1);
  }

  digits(profile: number): number[] {
    return this.sizes.map((_, i) => this.digit(profile, i));
  }

  index(digits: readonly number[]): number {
    return digits.reduce((sum, digit, i) => sum + digit * (this.#strides[i] ?? 1), 0);
  }
}

/** An instance as tables: everything the linear program and the agents' best responses read. */
export interface Tables {
  readonly n: number;
  readonly states: number;
  readonly actions: number;
  /** Profiles of efforts, and of signals. */
  readonly b: Radix;
  readonly s: Radix;
  /** `law[(b·|Θ| + θ)·|S| + s]` = p(θ) ψ_b(s|θ). */
  readonly law: Float64Array;
  readonly costs: readonly (readonly number[])[];
  readonly utility: readonly (readonly number[])[];
}

/** Largest table of probabilities that is kept: |B| |Θ| |S| numbers. */
const tableLimit = 20_000_000;

function refuse(problem: string, where: string): never {
  throw new BadInput(problem, { where });
}

function checkLists(instance: Instance): void {
  const { prior, efforts, signals, costs, utility } = instance;
  const count = (size: number | undefined) => Number.isInteger(size) && (size ?? 0) >= 1;
  if (efforts.length === 0) refuse("there is no agent", "efforts");
  if (signals.length !== efforts.length) refuse(`${signals.length} entries for ${efforts.length} agents`, "signals");
  if (costs.length !== efforts.length) refuse(`${costs.length} lists for ${efforts.length} agents`, "costs");
  for (const [i, size] of efforts.entries()) {
    if (!count(size)) refuse(`agent ${i + 1} has ${size} efforts`, "efforts");
    if (!count(signals[i])) refuse(`agent ${i + 1} has ${signals[i]} signals`, "signals");
    const mine = costs[i] ?? [];
    if (mine.length !== size) refuse(`agent ${i + 1} has ${mine.length} costs and ${size} efforts`, "costs");
    for (const cost of mine)
      if (!(cost >= 0 && Number.isFinite(cost))) refuse(`agent ${i + 1} has a cost ${cost}`, "costs");
  }
  if (prior.length === 0 || prior.some((p) => !(p >= 0))) refuse("a probability is missing or negative", "prior");
  const total = prior.reduce((sum, p) => sum + p, 0);
  if (Math.abs(total - 1) > 1e-6) refuse(`the probabilities add up to ${total}, not 1`, "prior");
  if (utility.length === 0) refuse("there is no action", "utility");
  for (const [a, row] of utility.entries()) {
    if (row.length !== prior.length)
      refuse(`action ${a + 1} has ${row.length} values for ${prior.length} states`, "utility");
    for (const u of row)
      if (!(u >= 0 && u <= 1)) refuse(`action ${a + 1} has the value ${u}, outside 0 to 1`, "utility");
  }
}

function buildTables(instance: Instance): Tables {
  checkLists(instance);
  const [b, s] = [new Radix(instance.efforts), new Radix(instance.signals)];
  const states = instance.prior.length;
  const size = b.count * states * s.count;
  if (size > tableLimit) {
    refuse(
      `effort profiles × states × signal profiles are ${size.toLocaleString("en")}, over ${tableLimit.toLocaleString("en")}`,
      "psi",
    );
  }
  const law = new Float64Array(size);
  for (let profile = 0; profile < b.count; profile++) {
    const digits = b.digits(profile);
    for (let theta = 0; theta < states; theta++) {
      const row = instance.psi(digits, theta);
      const where = `psi, efforts (${digits.join(", ")}), state ${theta}`;
      if (row.length !== s.count) refuse(`there are ${row.length} probabilities for ${s.count} signal profiles`, where);
      let total = 0;
      for (let k = 0; k < s.count; k++) {
        const p = row[k] as number; // k is in range
        if (!(p >= 0)) refuse(`a probability is ${p}`, where);
        total += p;
        law[(profile * states + theta) * s.count + k] = p * (instance.prior[theta] ?? 0);
      }
      if (Math.abs(total - 1) > 1e-6) refuse(`the probabilities add up to ${total}, not 1`, where);
    }
  }
  const { costs, utility } = instance;
  return { n: instance.efforts.length, states, actions: utility.length, b, s, law, costs, utility };
}

const built = new WeakMap<Instance, Tables>();

/**
 * The tables of an instance, made once. Refuses (`BadInput`) laws that are not normalised, negative costs, lists of different
 * lengths, utilities outside [0, 1] and tables that would not fit.
 */
export function tablesOf(instance: Instance): Tables {
  const known = built.get(instance);
  if (known) return known;
  const tables = buildTables(instance);
  built.set(instance, tables);
  return tables;
}

/** Bayes decision and its worth for the effort profile at position `profile`, given everybody's signals. */
export function decide(
  { states, actions, s, law, utility }: Tables,
  profile: number,
): { value: number; rule: Int32Array } {
  const rule = new Int32Array(s.count);
  let value = 0;
  for (let k = 0; k < s.count; k++) {
    let best = Number.NEGATIVE_INFINITY;
    for (let a = 0; a < actions; a++) {
      let worth = 0;
      for (let theta = 0; theta < states; theta++) {
        worth += (law[(profile * states + theta) * s.count + k] as number) * (utility[a]?.[theta] as number); // both in range
      }
      if (worth > best) {
        best = worth;
        rule[k] = a;
      }
    }
    value += best;
  }
  return { value, rule };
}

/**
 * What the principal's best decision is worth when the agents exert `b` and report truthfully, payments aside:
 * $v(b) = \sum_s \max_a \sum_\theta p(\theta)\,\psi_b(s\mid\theta)\,u(a,\theta)$; `rule[s]` is the action for the signal
 * profile s. One pass over the signal profiles.
 */
export function decisionValue(instance: Instance, b: readonly number[]): { value: number; rule: Int32Array } {
  const tables = tablesOf(instance);
  if (b.length !== tables.n || b.some((effort, i) => !(effort >= 0 && effort < (instance.efforts[i] ?? 0)))) {
    throw new RangeError(`(${b.join(", ")}) is not an effort profile`);
  }
  return decide(tables, tables.b.index(b));
}
