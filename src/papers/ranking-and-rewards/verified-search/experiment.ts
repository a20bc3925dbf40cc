import type { TrialContext } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { type Rule, rules, scalingCurve } from "./scaling-curve.ts";
import { bases, drawPrompts, fitVerifier, indifferent, scored } from "./testbed.ts";
import {
  type Shortfall,
  type VerifierBasedOptions,
  verifierBasedShortfall,
  verifierFreeShortfall,
} from "./threshold-instance.ts";

/** The idea taken away: grades that belong to other rollouts, and a verifier that finds all attempts alike. */
export type Ablation = "none" | "verification";

export interface TrialInput {
  /** Repetitions of every setting of the exact instance. */
  reps: number;
  /** Test prompts of the search. */
  prompts: number;
  ablate: Ablation;
}

/** Shortfalls of both learners on one setting of the exact instance. */
export interface Setting {
  H: number;
  n: number;
  p: number;
  kappa: number;
  free: Shortfall;
  based: Shortfall;
  /** The same learner believing the other end of the version space. */
  optimistic: Shortfall;
}

export const sampleSizes = [32, 64, 128, 256, 512, 1024, 2048];
export const tokenBudgets = [32, 64, 128, 256, 512, 1024];
export const usual = { p: 0.3, kappa: 0.5 };
export const rare = { p: 0.01, kappa: 0.5 };
/** Samples with which the condition is examined at H = 256; the part is decided at n = H. */
export const conditionSizes = [64, 256, 1024, 4096];
export const sweep = [0.05, 0.2, 0.5].flatMap((kappa) => [0.05, 0.1, 0.2, 0.3, 0.5].map((p) => ({ p, kappa })));

/** Every setting and learner draws from a stream of its own, so that no error is shared along a slope. */
function measure(
  setting: Pick<Setting, "H" | "n" | "p" | "kappa">,
  { reps, ablate }: TrialInput,
  random: Random,
): Setting {
  const stream = random.fork(JSON.stringify(setting));
  const based = (label: string, rest: Partial<VerifierBasedOptions>): Shortfall =>
    verifierBasedShortfall({
      ...setting,
      reps,
      random: stream.fork(label),
      outcomes: ablate === "verification" ? "shuffled" : "true",
      ...rest,
    });
  return {
    ...setting,
    free: verifierFreeShortfall({ ...setting, reps, random: stream.fork("free") }),
    based: based("based", {}),
    optimistic: based("optimistic", { view: "optimistic" }),
  };
}

export interface RatesResult {
  data: Setting[];
  budget: Setting[];
  usual: Setting[];
  rare: Setting[];
  sweep: Setting[];
}

/** One seed of the exact instance. */
export function ratesTrial(input: TrialInput, { random }: TrialContext): RatesResult {
  const at = (label: string, setting: Pick<Setting, "H" | "n" | "p" | "kappa">): Setting =>
    measure(setting, input, random.fork(label));
  return {
    data: sampleSizes.map((n) => at("data", { H: 64, n, ...usual })),
    budget: tokenBudgets.map((H) => at("budget", { H, n: H, ...usual })),
    usual: conditionSizes.map((n) => at("condition", { H: 256, n, ...usual })),
    rare: conditionSizes.map((n) => at("condition", { H: 256, n, ...rare })),
    sweep: sweep.map((setting) => at("sweep", { H: 256, n: 256, ...setting })),
  };
}

export const attemptBudgets = [1, 2, 4, 8, 16, 32, 64];
export const labelCounts = [64, 1024];

/** Accuracy of a rule at the budgets of {@link attemptBudgets}. */
export interface SearchCurve {
  base: string;
  labels: number;
  rule: Rule;
  accuracy: number[];
}

/** One seed of the search: verifiers fitted on prompts of their own, every rule judged on the same fresh attempts. */
export function searchTrial({ prompts, ablate }: TrialInput, { random }: TrialContext): SearchCurve[] {
  return bases.flatMap((base) => {
    const stream = random.fork(base.name);
    const most = Math.max(...attemptBudgets);
    const drawn = drawPrompts(base, prompts, most, stream.fork("test"));
    return labelCounts.flatMap((labels) => {
      const verifier =
        ablate === "verification" ? indifferent : fitVerifier(base, labels, stream.fork(`labels ${labels}`));
      const rows = scalingCurve(scored(drawn, verifier), attemptBudgets, rules);
      return rules.map((rule) => ({
        base: base.name,
        labels,
        rule,
        accuracy: rows.filter((row) => row.rule === rule).map((row) => row.accuracy),
      }));
    });
  });
}
