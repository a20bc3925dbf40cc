import type { Random } from "../../../kit/random.ts";
import { type Instance, type Radix, type Tables, tablesOf } from "./instance.ts";

/**
 * A mechanism of the paper. A profile of efforts is drawn from `mu` and everybody is told their own effort in private;
 * they report signals; the principal acts by `rule`; the state comes out; everybody is paid. Profiles of efforts b and of
 * signals s are positions in mixed radix, the last agent running fastest.
 */
export interface Mechanism {
  /** μ(b): probability that the profile b is recommended. */
  readonly mu: Float64Array;
  /** `pay[i][(b·|S| + s)·|Θ| + θ]` = γ_i(b, s, θ) ≥ 0, for the profile that was recommended and the signals reported. */
  readonly pay: readonly Float64Array[];
  /** `rule[b·|S| + s]`: the action. */
  readonly rule: Int32Array;
}

/** What an agent does: `effort[r]` when told r, and `report[r][s]` on seeing the signal s. */
export interface Strategy {
  effort: number[];
  report: number[][];
}

/** Expected worth of a mechanism a round, and what it pays. */
export interface Worth {
  /** Utility of the decision less all payments. */
  value: number;
  /** Expected utility of the decision alone. */
  decision: number;
  /** Expected payment of each agent. */
  payments: number[];
}

/** Does as told and reports what was seen. */
export function obedience(instance: Instance, agent: number): Strategy {
  const signals = Array.from({ length: instance.signals[agent] ?? 0 }, (_, s) => s);
  const efforts = Array.from({ length: instance.efforts[agent] ?? 0 }, (_, r) => r);
  return { effort: efforts, report: efforts.map(() => [...signals]) };
}

function checkMechanism({ b, s, states, n }: Tables, { mu, pay, rule }: Mechanism): void {
  const cells = b.count * s.count;
  if (
    mu.length !== b.count ||
    rule.length !== cells ||
    pay.length !== n ||
    pay.some((p) => p.length !== cells * states)
  ) {
    throw new RangeError("the mechanism was made for an instance of another size");
  }
}

/**
 * Expected payment of `agent` who is told r, exerts d, sees s_i and reports s_i', as `gains[s_i·|S_i| + s_i']`. With obedient
 * others this is $\sum_{b:\,b_i = r} \mu(b) \sum_{s_{-i},\theta} p(\theta)\,\psi_{(d,b_{-i})}(s_i,s_{-i}\mid\theta)\,
 * \gamma_i(b,(s_i',s_{-i}),\theta)$. The deviation changes the joint law of signals; the payments follow the recommendation.
 */
function reportValues(
  tables: Tables,
  { mu, pay }: Mechanism,
  agent: number,
  told: number,
  exerted: number,
  others?: readonly Strategy[],
): Float64Array {
  const { b, s, states, law } = tables;
  const own = s.sizes[agent] ?? 0;
  const gains = new Float64Array(own * own);
  const gamma = pay[agent] as Float64Array; // one table an agent
  for (let profile = 0; profile < b.count; profile++) {
    const weight = mu[profile] as number; // in range
    if (weight === 0 || b.digit(profile, agent) !== told) continue;
    const actual = b.replace(others ? playedEfforts(b, profile, others) : profile, agent, exerted);
    for (let k = 0; k < s.count; k++) {
      const seen = s.digit(k, agent);
      const said = others ? playedReports(b, s, profile, k, others) : k;
      for (let mine = 0; mine < own; mine++) {
        const reported = s.replace(said, agent, mine);
        let sum = 0;
        for (let theta = 0; theta < states; theta++) {
          sum +=
            (law[(actual * states + theta) * s.count + k] as number) *
            (gamma[(profile * s.count + reported) * states + theta] as number); // both in range
        }
        gains[seen * own + mine] = (gains[seen * own + mine] as number) + weight * sum;
      }
    }
  }
  return gains;
}

/** The efforts that strategies make of a recommended profile. */
function playedEfforts(b: Radix, profile: number, strategies: readonly Strategy[]): number {
  let played = profile;
  for (const [i, { effort }] of strategies.entries()) played = b.replace(played, i, effort[b.digit(profile, i)] ?? 0);
  return played;
}

/** The reports that strategies make of a profile of signals. */
function playedReports(b: Radix, s: Radix, profile: number, k: number, strategies: readonly Strategy[]): number {
  let reported = k;
  for (const [i, { report }] of strategies.entries()) {
    reported = s.replace(reported, i, report[b.digit(profile, i)]?.[s.digit(k, i)] ?? 0);
  }
  return reported;
}

/** Probability that the agent is told `told`. */
function toldWith({ b }: Tables, { mu }: Mechanism, agent: number, told: number): number {
  let total = 0;
  for (let profile = 0; profile < b.count; profile++)
    if (b.digit(profile, agent) === told) total += mu[profile] as number;
  return total;
}

/**
 * Best response of one agent when the others are obedient and truthful, or play `others`: for every recommendation the effort
 * and, for every signal, the report that pay most (one maximum a signal replaces the exponentially many report maps). Ties to
 * within `tie` go to obedience and truth. `gain` is what this adds to the agent's expected utility a round; 0 means that
 * obedience is optimal.
 */
export function bestResponse(
  instance: Instance,
  mechanism: Mechanism,
  agent: number,
  { tie = 1e-9, others }: { tie?: number; others?: readonly Strategy[] } = {},
): Strategy & { gain: number } {
  const tables = tablesOf(instance);
  checkMechanism(tables, mechanism);
  if (!(agent >= 0 && agent < tables.n)) throw new RangeError(`there is no agent ${agent}`);
  const response = obedience(instance, agent);
  const own = instance.signals[agent] ?? 0;
  const costs = instance.costs[agent] ?? [];
  let gain = 0;
  for (const told of response.effort.keys()) {
    const probability = toldWith(tables, mechanism, agent, told);
    if (probability === 0) continue;
    const options = costs.map((cost, exerted) => {
      const values = reportValues(tables, mechanism, agent, told, exerted, others);
      let [best, truthful] = [0, 0];
      const report = Array.from({ length: own }, (_, seen) => {
        const truth = values[seen * own + seen] as number; // in range
        let choice = seen;
        for (let said = 0; said < own; said++) {
          const value = values[seen * own + said] as number; // in range
          if (value > (values[seen * own + choice] as number) + (choice === seen ? tie : 0)) choice = said;
        }
        best += values[seen * own + choice] as number;
        truthful += truth;
        return choice;
      });
      return { report, utility: best - probability * cost, obedient: truthful - probability * cost };
    });
    const obedient = options[told]?.obedient ?? 0;
    let choice = told;
    for (const [exerted, { utility }] of options.entries()) {
      const margin = choice === told && exerted !== told ? tie : 0;
      if (utility > (options[choice]?.utility ?? 0) + margin) choice = exerted;
    }
    response.effort[told] = choice;
    response.report[told] = options[choice]?.report ?? [];
    gain += Math.max(0, (options[choice]?.utility ?? 0) - obedient);
  }
  return { ...response, gain };
}

/** Whether obedience and truth are an equilibrium: `worst` is the largest gain of any one agent from deviating. */
export function isIncentiveCompatible(
  instance: Instance,
  mechanism: Mechanism,
  tolerance = 1e-7,
): { ok: boolean; worst: number } {
  const worst = Math.max(
    ...instance.efforts.map((_, agent) => bestResponse(instance, mechanism, agent, { tie: 0 }).gain),
  );
  return { ok: worst <= tolerance, worst };
}

/**
 * What a mechanism is worth a round, exactly. Without `strategies` everybody is obedient and truthful; with them, the signals
 * come from the efforts actually exerted while payments and decisions follow recommendations and reports.
 */
export function mechanismWorth(instance: Instance, mechanism: Mechanism, strategies?: readonly Strategy[]): Worth {
  const tables = tablesOf(instance);
  checkMechanism(tables, mechanism);
  const { n, b, s, states, law, utility } = tables;
  const { mu, pay, rule } = mechanism;
  let decision = 0;
  const payments = new Array<number>(n).fill(0);
  for (let profile = 0; profile < b.count; profile++) {
    const weight = mu[profile] as number; // in range
    if (weight === 0) continue;
    const actual = strategies ? playedEfforts(b, profile, strategies) : profile;
    for (let k = 0; k < s.count; k++) {
      const reported = strategies ? playedReports(b, s, profile, k, strategies) : k;
      const at = profile * s.count + reported;
      for (let theta = 0; theta < states; theta++) {
        const p = weight * (law[(actual * states + theta) * s.count + k] as number); // in range
        if (p === 0) continue;
        decision += p * (utility[rule[at] ?? 0]?.[theta] ?? 0);
        for (let i = 0; i < n; i++) payments[i] = (payments[i] ?? 0) + p * (pay[i]?.[at * states + theta] ?? 0);
      }
    }
  }
  return { value: decision - payments.reduce((sum, p) => sum + p, 0), decision, payments };
}

/** What happened in one round. */
export interface Round {
  /** Positions of the profiles recommended and reported. */
  told: number;
  reported: number;
  state: number;
  action: number;
  /** Utility of the decision less payments. */
  utility: number;
  payments: number[];
}

/** Plays one round with given strategies. */
export function playRound(
  instance: Instance,
  mechanism: Mechanism,
  random: Random,
  strategies: readonly Strategy[],
): Round {
  const { n, b, s, states, law, utility } = tablesOf(instance);
  const told = random.weighted(mechanism.mu);
  const actual = playedEfforts(b, told, strategies);
  const width = states * s.count;
  const drawn = random.weighted(law.subarray(actual * width, (actual + 1) * width));
  const state = Math.floor(drawn / s.count);
  const reported = playedReports(b, s, told, drawn % s.count, strategies);
  const at = told * s.count + reported;
  const action = mechanism.rule[at] ?? 0;
  const payments = Array.from({ length: n }, (_, i) => mechanism.pay[i]?.[at * states + state] ?? 0);
  const paid = payments.reduce((sum, p) => sum + p, 0);
  return { told, reported, state, action, utility: (utility[action]?.[state] ?? 0) - paid, payments };
}

/**
 * Plays T rounds with agents who are obedient, or who best respond to obedient others. Returns means a round and the rounds.
 */
export function simulate(
  instance: Instance,
  mechanism: Mechanism,
  T: number,
  random: Random,
  agents: "obedient" | "bestResponse" = "obedient",
): { utility: number; payments: number[]; log: Round[] } {
  checkMechanism(tablesOf(instance), mechanism);
  const strategies = instance.efforts.map((_, i) =>
    agents === "obedient" ? obedience(instance, i) : bestResponse(instance, mechanism, i),
  );
  const log = Array.from({ length: T }, () => playRound(instance, mechanism, random, strategies));
  const average = (of: (round: Round) => number) => log.reduce((sum, round) => sum + of(round), 0) / Math.max(1, T);
  return {
    utility: average((r) => r.utility),
    payments: instance.efforts.map((_, i) => average((r) => r.payments[i] ?? 0)),
    log,
  };
}
