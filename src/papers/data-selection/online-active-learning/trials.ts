import type { Trial } from "../../../kit/paper.ts";
import type { Random } from "../../../kit/random.ts";
import { LabelBudget } from "../label-budget.ts";
import { OnlineLogistic } from "../online-logistic.ts";
import { runStream } from "../prequential.ts";
import type { QueryStrategy } from "../query-strategy.ts";
import { type Design, regressionTrial } from "./regression.ts";
import { makeStrategy, type StrategyName, type StrategySettings } from "./strategies.ts";
import { type Drift, driftingStream } from "./streams.ts";

const dimension = 10;

/** A strategy with its settings, under a label. */
export interface Arm extends StrategySettings {
  label: string;
  strategy: StrategyName;
}

/** `doubt`: strategies are shown the probabilities of another, independent record. `leverage`: a coin decides. */
export type Ablation = "none" | "doubt" | "leverage";

export interface StreamInput {
  /** Keeps the streams of tuning, of the verdict and of the survey apart. */
  purpose: string;
  drift: Drift;
  arms: Arm[];
  budget: number;
  length: number;
  ablate: Ablation;
}

export interface ArmResult {
  error: number;
  labelRate: number;
  curve: number[];
}

/** Shows a strategy doubts that have nothing to do with the record: those about the record before. */
export function blinded(strategy: QueryStrategy): QueryStrategy {
  let before: Float64Array | undefined;
  let votes: Float64Array[] | undefined;
  const copy = (committee: readonly Float64Array[] | undefined) => committee?.map((p) => p.slice());
  return {
    ...strategy,
    shouldQuery(x, context) {
      const [proba, committee] = [context.proba?.slice(), copy(context.committee)];
      const shown = { ...context, proba: before ?? proba, committee: votes ?? committee } as typeof context;
      before = proba;
      votes = committee;
      return strategy.shouldQuery(x, shown);
    },
  };
}

/** One stream, read by every arm. */
export const streamTrial: Trial<StreamInput, ArmResult[]> = (
  { purpose, drift, arms, budget, length, ablate },
  { random },
) => {
  const own: Random = random.fork(purpose).fork(drift);
  const records = driftingStream(drift, { length, dimension, random: own.fork("stream") });
  return arms.map(({ label, strategy, ...settings }) => {
    const made = makeStrategy(strategy, settings);
    const result = runStream(
      records,
      new OnlineLogistic({ dimension }),
      ablate === "doubt" ? blinded(made) : made,
      new LabelBudget({ rate: budget }),
      { random: own.fork(label) },
    );
    return { error: result.errorRate, labelRate: result.labelRate, curve: Array.from(result.errorCurve) };
  });
};

/** One regression stream, read by every design. */
export const designTrial: Trial<null, Record<Design, number>> = (_, { random }) =>
  regressionTrial(random.fork("regression"));
