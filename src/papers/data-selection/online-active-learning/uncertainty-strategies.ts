import { normalCdf } from "../../../kit/stats.ts";
import type { Decision, QueryContext, QueryStrategy } from "../query-strategy.ts";
import { confidence } from "../uncertainty.ts";
import { AdaptiveThreshold } from "./adaptive-threshold.ts";

/** The model's class probabilities, or a sentence for whoever asks without a classifier. */
export function probabilities({ proba }: QueryContext, name: string): Float64Array {
  if (!proba) throw new TypeError(`${name} needs the model's class probabilities`);
  return proba;
}

const ignore = (): void => {};

/** Queries every record with the same probability, whatever it is: the baseline. */
export function randomSampling({ probability }: { probability: number }): QueryStrategy {
  if (!(probability > 0 && probability <= 1)) throw new RangeError(`the probability ${probability} is not in (0, 1]`);
  const decision: Decision = { query: false, probability, score: probability, blind: true };
  return {
    name: "random",
    shouldQuery(_, { rng }) {
      decision.query = probability === 1 || rng.float() < probability;
      return decision;
    },
    observe: ignore,
  };
}

/** Queries when the confidence $c = \max_k p_k$ lies below a threshold that never moves. */
export function fixedUncertainty({ threshold = 0.75 }: { threshold?: number } = {}): QueryStrategy {
  if (!(threshold > 0 && threshold <= 1)) throw new RangeError(`the threshold ${threshold} is not in (0, 1]`);
  const decision: Decision = { query: false, probability: 0, score: 0 };
  return {
    name: "fixed",
    shouldQuery(_, context) {
      const c = confidence(probabilities(context, "fixed uncertainty"));
      decision.query = c < threshold;
      decision.probability = +decision.query;
      decision.score = 1 - c;
      return decision;
    },
    observe: ignore,
  };
}

interface Stepped {
  /** Share s by which the threshold moves at every record. */
  step?: number;
}

function saving(threshold: AdaptiveThreshold): Pick<QueryStrategy, "save" | "restore"> {
  return {
    save: () => ({ threshold: threshold.value }),
    restore(state) {
      threshold.value = (state as { threshold: number }).threshold;
    },
  };
}

/** Queries when the confidence lies below the moving threshold of {@link AdaptiveThreshold} (Žliobaitė et al. 2014, variable uncertainty). */
export function variableUncertainty({ step = 0.01 }: Stepped = {}): QueryStrategy & { readonly threshold: number } {
  const threshold = new AdaptiveThreshold(step);
  const decision: Decision = { query: false, probability: 0, score: 0 };
  return {
    name: "variable",
    get threshold() {
      return threshold.value;
    },
    shouldQuery(_, context) {
      const c = confidence(probabilities(context, "variable uncertainty"));
      decision.query = threshold.doubts(c);
      decision.probability = +decision.query;
      decision.score = 1 - c;
      return decision;
    },
    observe: ignore,
    ...saving(threshold),
  };
}

/**
 * As {@link variableUncertainty}, with the threshold multiplied by $\eta \sim \mathcal N(1, \delta^2)$ for every record, so that
 * records the model is sure of are queried now and then. Their chance is $1 - \Phi((c/\theta - 1)/\delta)$.
 */
export function randomizedVariableUncertainty({
  step = 0.01,
  sigma = 1,
}: Stepped & { sigma?: number } = {}): QueryStrategy {
  if (!(sigma > 0)) throw new RangeError(`the spread ${sigma} is not positive`);
  const threshold = new AdaptiveThreshold(step);
  const decision: Decision = { query: false, probability: 0, score: 0 };
  return {
    name: "randomized",
    shouldQuery(_, context) {
      const c = confidence(probabilities(context, "randomised variable uncertainty"));
      decision.probability = normalCdf((1 - c / threshold.value) / sigma);
      decision.score = 1 - c;
      decision.query = threshold.doubts(c, context.rng.normal(1, sigma));
      return decision;
    },
    observe: ignore,
    ...saving(threshold),
  };
}

/**
 * Splits the stream (Žliobaitė et al. 2014): a share ν of the records that may be labelled is labelled blindly, which shows
 * how often the model errs everywhere; the others go to {@link variableUncertainty}.
 */
export function splitSampling({ fraction = 0.2, step = 0.01 }: Stepped & { fraction?: number } = {}): QueryStrategy {
  if (!(fraction >= 0 && fraction <= 1)) throw new RangeError(`the fraction ${fraction} is not in [0, 1]`);
  const threshold = new AdaptiveThreshold(step);
  const decision: Decision = { query: false, probability: 0, score: 0, blind: false };
  return {
    name: "split",
    hasBlindBranch: true,
    shouldQuery(_, context) {
      const c = confidence(probabilities(context, "split sampling"));
      const blind = context.rng.float() < fraction;
      const doubtful = blind ? c < threshold.value : threshold.doubts(c);
      decision.query = blind || doubtful;
      decision.blind = blind;
      decision.probability = doubtful ? 1 : fraction;
      decision.score = 1 - c;
      return decision;
    },
    observe: ignore,
    ...saving(threshold),
  };
}

/**
 * Selective sampling (Cesa-Bianchi, Gentile, Zaniboni 2006): queries with probability $b/(b + |m|)$, where the margin m of a
 * logistic model, $w^\top x$, is the log-odds $\ln p_{(1)}/p_{(2)}$ of its two likeliest classes. The larger b, the more it asks.
 */
export function selectiveSampling({ b = 1 }: { b?: number } = {}): QueryStrategy {
  if (!(b > 0)) throw new RangeError(`b = ${b} is not positive`);
  const decision: Decision = { query: false, probability: 0, score: 0 };
  return {
    name: "selective",
    shouldQuery(_, context) {
      const proba = probabilities(context, "selective sampling");
      let first = 0;
      let second = 0;
      for (let k = 0; k < proba.length; k++) {
        const p = proba[k] as number;
        if (p > first) {
          second = first;
          first = p;
        } else if (p > second) second = p;
      }
      const odds = second > 0 ? Math.log(first / second) : Number.POSITIVE_INFINITY;
      decision.probability = odds === Number.POSITIVE_INFINITY ? 0 : b / (b + odds);
      decision.score = decision.probability;
      decision.query = context.rng.float() < decision.probability;
      return decision;
    },
    observe: ignore,
  };
}
