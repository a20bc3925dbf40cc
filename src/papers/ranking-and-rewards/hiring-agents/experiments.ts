import type { TrialContext } from "../../../kit/paper.ts";
import { worstDeviation } from "./deviations.ts";
import { duplicateInstance, randomInstance, randomWorkInstance, strictMechanisms } from "./examples.ts";
import { ExploreThenCommit, environment, type LearnOptions } from "./explore-then-commit.ts";
import { decide, type Instance, tablesOf } from "./instance.ts";
import { isIncentiveCompatible } from "./mechanism.ts";
import {
  bestDeterministic,
  type MechanismOptions,
  type OptimalMechanism,
  optimalMechanism,
} from "./optimal-mechanism.ts";

/** What is taken away: private correlated recommendations, the rows against misreports, or the margin of the learner. */
export type Ablation = "none" | "correlation" | "truth" | "margin";

/** The method, or what is left of it. */
export async function designed(
  instance: Instance,
  options: MechanismOptions,
  ablate: Ablation,
): Promise<OptimalMechanism> {
  if (ablate === "correlation") return (await bestDeterministic(instance, options)).best;
  return optimalMechanism(instance, ablate === "truth" ? { ...options, reports: "verified" } : options);
}

/** Values of the three classes: the method, the best fixed profile, own-report payments. */
export async function classes(instance: Instance, maxPay: number, ablate: Ablation) {
  const correlated = await designed(instance, { maxPay }, ablate);
  const { best } = await bestDeterministic(instance, { maxPay });
  const own = await optimalMechanism(instance, { maxPay, payments: "own" });
  return { correlated: correlated.value, deterministic: best.value, own: own.value };
}

export interface CheckInput {
  kind: "any law" | "only work informs";
  perturbations: number;
  ablate: Ablation;
}

export interface Checked {
  kind: CheckInput["kind"];
  correlated: number;
  deterministic: number;
  own: number;
  /** How far the order of the classes is violated; 0 or less when it holds. */
  disorder: number;
  /** Largest gain of a deviation, all report maps enumerated. */
  deviation: number;
  /** Optimum of the program with all report maps written out, less the value. */
  explicit: number;
  /** Best feasible mechanism that the search found, less the optimum; and how many it found. */
  search: number;
  feasible: number;
}

/** One random instance, M = 5: order of the classes, incentive compatibility and optimality, each by other means than the program's. */
export async function checkTrial(
  { kind, perturbations, ablate }: CheckInput,
  { random }: TrialContext,
): Promise<Checked> {
  const maxPay = 5;
  const draw = random.fork("instance");
  const instance = kind === "any law" ? randomInstance(draw) : randomWorkInstance(draw);
  const best = await designed(instance, { maxPay }, ablate);
  const { best: fixed, all } = await bestDeterministic(instance, { maxPay });
  let disorder = fixed.value - best.value;
  let own = Number.NEGATIVE_INFINITY;
  for (const { profile, mechanism } of all) {
    const restricted = await optimalMechanism(instance, { maxPay, profile, payments: "own" });
    own = Math.max(own, restricted.value);
    if (restricted.status === "optimal") disorder = Math.max(disorder, restricted.value - mechanism.value);
  }
  const tables = tablesOf(instance);
  const values = Array.from({ length: tables.b.count }, (_, profile) => decide(tables, profile).value);
  const found = searchBetter(instance, best, { values, maxPay, tries: perturbations, random: random.fork("search") });
  return {
    kind,
    correlated: best.value,
    deterministic: fixed.value,
    own,
    disorder,
    deviation: worstDeviation(instance, best),
    explicit: (await explicitOptimum(instance, maxPay)) - best.value,
    search: found.best - best.value,
    feasible: found.feasible,
  };
}

/** The online instance: duplicates with costs .05 and .15, M = 2, and strict pay of 2c/(.7 − .5) for naming the state. */
export const maxPay = 2;
const costs = [0.05, 0.15] as const;
const accuracy = 0.7;
const instance = duplicateInstance(costs, 1 - accuracy);
export const strict = strictMechanisms([(2 * costs[0]) / (accuracy - 0.5), (2 * costs[1]) / (accuracy - 0.5)]);
const joint = environment(instance, "joint");
const trusting = environment(instance, "trusting");
/** What any deviation loses under a strict mechanism: at least the smaller cost. */
const strictMargin = costs[0];

/** V* and the loss a round of what needs no learning. */
export async function benchmarks(): Promise<{ optimum: number; strictLoss: number; ownLoss: number }> {
  const optimum = await joint.optimum(maxPay);
  const own = await optimalMechanism(instance, { maxPay, payments: "own" });
  const alone = strict[2];
  return { optimum, strictLoss: alone ? optimum - joint.worth(alone) : Number.NaN, ownLoss: optimum - own.value };
}

/** A way to learn; `power` is the exponent of the exploration N = T^power. */
export interface Variant extends Pick<LearnOptions, "margin" | "repair" | "payments"> {
  name: string;
  power: number;
}

export interface LearnInput {
  /** Tuning and reporting draw from different streams. */
  stream: "tuning" | "report" | "far";
  variants: Variant[];
  horizons: number[];
}

export interface LearnResult {
  /** `[variant][horizon]`: regret at T, agents who answer each other, and agents who trust others to obey. */
  joint: number[][];
  trusting: number[][];
  /** Whether obedience is an equilibrium of what was committed to, under the true law. */
  obeyed: boolean[][];
  /** Whether the committed mechanism asks anybody to work. */
  hires: boolean[][];
}

/** One seed: every variant at every horizon, on the same exploration where its length is the same. */
export async function learnTrial(
  { stream, variants, horizons }: LearnInput,
  { random }: TrialContext,
): Promise<LearnResult> {
  const own = random.fork(stream);
  const explored = new Map<number, Float64Array>();
  const result: LearnResult = { joint: [], trusting: [], obeyed: [], hires: [] };
  for (const { name: _, power, ...rest } of variants) {
    const row = { joint: [] as number[], trusting: [] as number[], obeyed: [] as boolean[], hires: [] as boolean[] };
    for (const T of horizons) {
      const exploration = Math.ceil(T ** power);
      const options = { ...rest, T, maxPay, strict, strictMargin, exploration };
      const learner = new ExploreThenCommit(joint, options);
      const counts = explored.get(exploration) ?? learner.explore(own.fork(exploration));
      explored.set(exploration, counts);
      const { mechanism } = await learner.commit(counts);
      row.joint.push(await learner.regret(mechanism));
      row.trusting.push(await new ExploreThenCommit(trusting, options).regret(mechanism));
      row.obeyed.push(isIncentiveCompatible(instance, mechanism, 1e-9).ok);
      row.hires.push((mechanism.mu[0] ?? 0) < 0.5);
    }
    result.joint.push(row.joint);
    result.trusting.push(row.trusting);
    result.obeyed.push(row.obeyed);
    result.hires.push(row.hires);
  }
  return result;
}

import { explicitOptimum, searchBetter } from "./referee.ts";
