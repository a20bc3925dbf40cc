import type { Random } from "../../../kit/random.ts";
import { mean } from "../../../kit/stats.ts";
import { countRounds, estimateInstance, type KnownInstance } from "./estimate.ts";
import { type Instance, Radix } from "./instance.ts";
import {
  bestResponse,
  type Mechanism,
  mechanismWorth,
  obedience,
  playRound,
  type Round,
  type Strategy,
} from "./mechanism.ts";
import { optimalMechanism } from "./optimal-mechanism.ts";

/** Where the principal learns: agents who best respond to each announced mechanism, and the accounts that only a referee sees. */
export interface Environment {
  readonly known: KnownInstance;
  /** One round. The principal sees recommendations, reports, the state and what was paid. */
  play(mechanism: Mechanism, random: Random): Round;
  /** Expected worth of a round of this mechanism with these agents; for the accounts. */
  worth(mechanism: Mechanism): number;
  /** Worth of the best mechanism under the true law; for the accounts. */
  optimum(maxPay: number): Promise<number>;
}

/**
 * What myopic agents make of a mechanism, ties to obedience. `trusting`: each best responds to others taken to obey. `joint`:
 * they go on best responding to what the others do, from obedience on, until nothing changes or a cycle closes; the profiles of
 * strategies on the cycle are returned, mostly one. Where obedience is an equilibrium both are obedience.
 */
export function agentResponses(instance: Instance, mechanism: Mechanism, agents: "trusting" | "joint"): Strategy[][] {
  const respond = (others?: readonly Strategy[]): Strategy[] =>
    instance.efforts.map((_, i) => {
      const { effort, report } = bestResponse(instance, mechanism, i, others ? { others } : {});
      return { effort, report };
    });
  if (agents === "trusting") return [respond()];
  const path: Strategy[][] = [instance.efforts.map((_, i) => obedience(instance, i))];
  const seen = new Map([[JSON.stringify(path[0]), 0]]);
  for (;;) {
    const next = respond(path.at(-1));
    const key = JSON.stringify(next);
    const start = seen.get(key) ?? (path.length >= longestPath ? path.length - 1 : undefined);
    if (start !== undefined) return path.slice(start);
    seen.set(key, path.length);
    path.push(next);
  }
}

/** Best responses after which agents are taken to have settled. */
const longestPath = 200;

/** An environment of agents who answer as `agentResponses` says; the rounds of a cycle are equally likely. */
export function environment(instance: Instance, agents: "trusting" | "joint" = "joint"): Environment {
  const { psi: _, ...known } = instance;
  const answers = new WeakMap<Mechanism, Strategy[][]>();
  const optima = new Map<number, Promise<number>>();
  const respond = (mechanism: Mechanism): Strategy[][] => {
    const responses = answers.get(mechanism) ?? agentResponses(instance, mechanism, agents);
    answers.set(mechanism, responses);
    return responses;
  };
  return {
    known,
    play(mechanism, random) {
      const responses = respond(mechanism);
      const [only] = responses;
      return playRound(instance, mechanism, random, only && responses.length === 1 ? only : random.choice(responses));
    },
    worth: (mechanism) => mean(respond(mechanism).map((each) => mechanismWorth(instance, mechanism, each).value)),
    optimum(maxPay) {
      const value = optima.get(maxPay) ?? optimalMechanism(instance, { maxPay }).then((best) => best.value);
      optima.set(maxPay, value);
      return value;
    },
  };
}

export interface LearnOptions {
  /** Rounds in all. */
  T: number;
  /** M, the largest payment. */
  maxPay: number;
  /** Class of the mechanisms that are learnt. */
  payments?: "joint" | "own";
  /** One mechanism an effort profile, in order, under which that profile and truth are strictly best for everybody. */
  strict: readonly Mechanism[];
  /** Rounds of exploration; T^{2/3} when left out. */
  exploration?: number;
  /** ε = margin · √(ln T / rounds a profile): how far incentives are kept from the edge. 0: trust the estimate. */
  margin?: number;
  /**
   * `tighten` solves the program with incentives tightened by ε, halved until feasible. `mix` relaxes it by ε and pays by the
   * strict mechanism with probability 2ε/(2ε + ℓ), folded into the payments so that no agent can tell: the paper's repair.
   */
  repair?: "tighten" | "mix";
  /** ℓ: the least loss from any deviation under a strict mechanism; wanted for `mix`. */
  strictMargin?: number;
}

export interface Learned {
  /** Regret after each of the T rounds, in expectation given what was learnt: Σ (V* − worth of the round). */
  regret: Float64Array;
  committed: Mechanism;
  /** The ε that was used in the end. */
  slack: number;
  /** What one round of the committed mechanism loses to the optimum. */
  loss: number;
}

/** Halvings of ε before the principal gives up and plays strict. */
const halvings = 12;

/**
 * Learning whom to hire (the paper's online problem): explore N rounds with strict mechanisms, profile by profile, so that reports are
 * truthful and the frequencies estimate ψ; then solve the linear program on the estimate with incentives kept at a distance of
 * ε, and play its mechanism to the end. An incentive that binds under the estimate is violated under the truth half of the
 * time, and then somebody stops working: the distance costs a regret of order N + T/√N, which is T^{2/3} for N = T^{2/3}.
 */
export class ExploreThenCommit {
  readonly env: Environment;
  readonly options: Required<Omit<LearnOptions, "strictMargin">> & { strictMargin: number };

  constructor(env: Environment, options: LearnOptions) {
    const profiles = new Radix(env.known.efforts).count;
    const { T, maxPay, strict } = options;
    if (!(Number.isInteger(T) && T >= 1)) throw new RangeError(`${T} rounds`);
    if (strict.length !== profiles) throw new RangeError(`${strict.length} strict mechanisms for ${profiles} profiles`);
    const exploration = Math.min(T, options.exploration ?? Math.ceil(T ** (2 / 3)));
    if (!(Number.isInteger(exploration) && exploration >= profiles)) {
      throw new RangeError(`${exploration} rounds of exploration for ${profiles} profiles`);
    }
    const { repair = "tighten", margin = 0.3, strictMargin = 0, payments = "joint" } = options;
    if (!(margin >= 0)) throw new RangeError(`a margin of ${margin}`);
    if (repair === "mix" && !(strictMargin > 0))
      throw new RangeError("mixing wants the margin of the strict mechanisms");
    this.env = env;
    this.options = { T, maxPay, strict, exploration, margin, repair, strictMargin, payments };
  }

  /** N rounds, the profiles in turn; what was seen, as counts. */
  explore(random: Random): Float64Array {
    const { strict, exploration } = this.options;
    const { env } = this;
    function* rounds(): Generator<Round> {
      for (let t = 0; t < exploration; t++) yield env.play(strict[t % strict.length] as Mechanism, random); // in range
    }
    return countRounds(env.known, rounds());
  }

  /** The mechanism for the rest of the time. */
  async commit(counts: Float64Array): Promise<{ mechanism: Mechanism; slack: number }> {
    const { T, maxPay, strict, exploration, margin, repair, strictMargin, payments } = this.options;
    const estimate = estimateInstance(this.env.known, counts);
    const epsilon = margin * Math.sqrt((strict.length * Math.log(T)) / exploration);
    if (repair === "mix") {
      const relaxed = await optimalMechanism(estimate, { maxPay, payments, icSlack: -epsilon });
      return { mechanism: mix(relaxed, strict, (2 * epsilon) / (2 * epsilon + strictMargin)), slack: epsilon };
    }
    for (let k = 0, slack = epsilon; k <= halvings; k++, slack /= 2) {
      const found = await optimalMechanism(estimate, { maxPay, payments, icSlack: slack });
      if (found.status === "optimal") return { mechanism: found, slack };
    }
    const safest = strict.reduce((best, next) =>
      mechanismWorth(estimate, next).value > mechanismWorth(estimate, best).value ? next : best,
    );
    return { mechanism: safest, slack: 0 };
  }

  /** Expected regret after t rounds when `committed` follows the exploration: Σ (V* − worth of the round). */
  async regret(committed: Mechanism, t = this.options.T): Promise<number> {
    const { maxPay, strict, exploration } = this.options;
    const best = await this.env.optimum(maxPay);
    const explored = Math.min(t, exploration);
    const inTurn = strict.reduce(
      (sum, each, b) => sum + (best - this.env.worth(each)) * Math.ceil((explored - b) / strict.length),
      0,
    );
    return inTurn + (t - explored) * (best - this.env.worth(committed));
  }

  async run(random: Random): Promise<Learned> {
    const { T, maxPay, strict, exploration } = this.options;
    const best = await this.env.optimum(maxPay);
    const { mechanism, slack } = await this.commit(this.explore(random));
    const exploring = strict.map((each) => best - this.env.worth(each));
    const loss = best - this.env.worth(mechanism);
    const regret = new Float64Array(T);
    let total = 0;
    for (let t = 0; t < T; t++) {
      total += t < exploration ? (exploring[t % strict.length] ?? 0) : loss;
      regret[t] = total;
    }
    return { regret, committed: mechanism, slack, loss };
  }
}

/** Pays by the profile's strict mechanism with probability α: γ ← (1 − α) γ + α γ_strict. Recommendations and decisions stay. */
function mix({ mu, pay, rule }: Mechanism, strict: readonly Mechanism[], alpha: number): Mechanism {
  const cells = (pay[0]?.length ?? 0) / Math.max(1, mu.length);
  const mixed = pay.map((gamma, i) =>
    gamma.map((x, at) => (1 - alpha) * x + alpha * (strict[Math.floor(at / cells)]?.pay[i]?.[at] ?? 0)),
  );
  return { mu, pay: mixed, rule };
}
