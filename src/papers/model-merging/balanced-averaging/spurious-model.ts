import { BadInput } from "../../../kit/errors.ts";
import type { Random } from "../../../kit/random.ts";
import { leadProbability } from "./forecast.ts";
import { type VoteGroup, type VoteShift, voteAccuracy } from "./vote-accuracy.ts";

/** What one model has learnt: nv invariant and ns spurious features. */
export interface ModelFeatures {
  nv: number;
  ns: number;
}

/** Two models by the features they have learnt, and how many of these both have. */
export interface EnsembleFeatures {
  nv1: number;
  ns1: number;
  nv2: number;
  ns2: number;
  /** Invariant features that both have; 0 when left out. */
  nvo?: number;
  /** Spurious features that both have; 0 when left out. */
  nso?: number;
}

/**
 * How two models are made one. `output` adds up their logits: a shared feature counts twice. `weight` averages feature masks
 * and weights apart, as averaging two layers does: a shared feature counts four times.
 */
export type EnsembleSpace = "output" | "weight";

export interface EnsembleOptions {
  space?: EnsembleSpace;
  /** Scale of the second model's logits; above 1 it is overconfident. */
  lambda?: number;
}

/** Features of a pair of models by who has them, with their weight in the ensemble. */
interface Shares {
  first: { nv: number; ns: number; weight: number };
  second: { nv: number; ns: number; weight: number };
  both: { nv: number; ns: number; weight: number };
}

function checkCount(value: number, name: string): void {
  if (!Number.isInteger(value) || value < 0) {
    throw new BadInput(`${name} is ${value} and a whole number of at least 0 is wanted`);
  }
}

/** Splits the features of two models by who has them and checks that the numbers make sense. */
export function sharesOf(features: EnsembleFeatures, { space = "output", lambda = 1 }: EnsembleOptions = {}): Shares {
  const { nv1, ns1, nv2, ns2, nvo = 0, nso = 0 } = features;
  for (const [name, value] of Object.entries({ nv1, ns1, nv2, ns2, nvo, nso })) checkCount(value, name);
  if (nvo > Math.min(nv1, nv2) || nso > Math.min(ns1, ns2)) {
    const [name, value, limit] =
      nvo > Math.min(nv1, nv2) ? ["nvo", nvo, Math.min(nv1, nv2)] : ["nso", nso, Math.min(ns1, ns2)];
    throw new BadInput(`${name} is ${value}: the models cannot share more features than one has, ${limit}`);
  }
  if (!(lambda >= 0 && lambda <= 1e6)) {
    throw new BadInput(`lambda is ${lambda} and a number from 0 to 1e6 is wanted`);
  }
  return {
    first: { nv: nv1 - nvo, ns: ns1 - nso, weight: 1 },
    second: { nv: nv2 - nvo, ns: ns2 - nso, weight: lambda },
    both: { nv: nvo, ns: nso, weight: (space === "weight" ? 2 : 1) * (1 + lambda) },
  };
}

/** The paper's data model of invariant and spurious features, ready to be asked. */
export interface SpuriousModel extends VoteShift {
  /** Exact accuracy of one model under shift. */
  exactAccuracy(features: ModelFeatures): number;
  /** Exact accuracy of two models made one. */
  exactEnsembleAccuracy(features: EnsembleFeatures, options?: EnsembleOptions): number;
  /** Normal approximation of the same, for many features; the equal-confidence case only. */
  forecastAccuracy(features: ModelFeatures): number;
  forecastEnsembleAccuracy(features: EnsembleFeatures, options?: Pick<EnsembleOptions, "space">): number;
}

/**
 * The paper's data model (section 4): K classes, invariant features that always show the true class and spurious features
 * that show it in training, but under shift are redrawn among all K classes with probability p, each on its own. The wrong
 * class is thus shown with probability $p(K-1)/K$. In the limit of small noise a model that learnt $n_v$ invariant and
 * $n_s$ spurious features gives class c the score $n_v 1[c=y] + \#\{j : Q_j y = c\}$, and ties are decided evenly.
 *
 * The forecasts are $F_p\bigl([n_s(1-p)+n_v]/\sqrt{n_s}\bigr)$ for one model and, with $N = n_{s1}+n_{s2}$,
 * $F_p\bigl([N(1-p)+n_{v1}+n_{v2}]/\sqrt{N+2n_{so}}\bigr)$ for summed outputs,
 * $F_p\bigl([(N+2n_{so})(1-p)+n_{v1}+n_{v2}+2n_{vo}]/\sqrt{N+14n_{so}}\bigr)$ for averaged weights.
 *
 * Refused: K below 2, p outside [0, 1], negative or fractional counts, overlaps larger than either set.
 */
export function spuriousModel({ K, p }: VoteShift): SpuriousModel {
  if (!Number.isInteger(K) || K < 2) throw new BadInput(`K is ${K} and a whole number of at least 2 classes is wanted`);
  if (!(p >= 0 && p <= 1)) throw new BadInput(`p is ${p} and a probability from 0 to 1 is wanted`);
  const shift = { K, p };
  return {
    ...shift,
    exactAccuracy({ nv, ns }) {
      checkCount(nv, "nv");
      checkCount(ns, "ns");
      return voteAccuracy(shift, nv, [{ weight: 1, count: ns }]);
    },
    exactEnsembleAccuracy(features, options) {
      const shares = Object.values(sharesOf(features, options));
      const lead = shares.reduce((sum, { nv, weight }) => sum + nv * weight, 0);
      const groups = shares.map(({ ns, weight }): VoteGroup => ({ weight, count: ns }));
      return voteAccuracy(shift, lead, groups);
    },
    forecastAccuracy({ nv, ns }) {
      checkCount(nv, "nv");
      checkCount(ns, "ns");
      return forecast(shift, nv, [{ weight: 1, count: ns }]);
    },
    forecastEnsembleAccuracy(features, { space = "output" } = {}) {
      const shares = Object.values(sharesOf(features, { space }));
      const lead = shares.reduce((sum, { nv, weight }) => sum + nv * weight, 0);
      return forecast(
        shift,
        lead,
        shares.map(({ ns, weight }): VoteGroup => ({ weight, count: ns })),
      );
    },
  };
}

/** $F_p$ at the mean lead over its scale, $[\sum w n (1-p) + \text{lead}] / \sqrt{\sum w^2 n}$. */
function forecast(shift: VoteShift, lead: number, groups: readonly VoteGroup[]): number {
  const total = groups.reduce((sum, { weight, count }) => sum + weight * count, 0);
  const squares = groups.reduce((sum, { weight, count }) => sum + weight * weight * count, 0);
  if (squares === 0) return lead > 0 ? 1 : 1 / shift.K;
  return leadProbability(shift, (total * (1 - shift.p) + lead) / Math.sqrt(squares));
}

/** Predictions of both models and of both ensembles on the same draws. */
export interface SpuriousSample {
  labels: Int32Array;
  first: Int32Array;
  second: Int32Array;
  output: Int32Array;
  weight: Int32Array;
}

export interface SampleOptions {
  draws: number;
  /** Standard deviation σ of every feature's noise. */
  sigma?: number;
  lambda?: number;
  random: Random;
}

/**
 * Draws inputs from the data model and classifies them with the two linear models and with both ensembles. A feature is
 * looked at through its K class directions, in which it is the shown class's unit vector plus σ times standard normal noise;
 * noise of features with one weight is drawn as one sum. The environment, that is every $Q_j$, is drawn anew for every
 * input, so that the draws are independent and their mean is the accuracy over environments.
 */
export function sampleSpurious(
  { K, p }: VoteShift,
  features: EnsembleFeatures,
  { draws, sigma = 0.02, lambda = 1, random }: SampleOptions,
): SpuriousSample {
  spuriousModel({ K, p });
  const shares = sharesOf(features, { lambda });
  const column = (): Int32Array => new Int32Array(draws);
  const out: SpuriousSample = {
    labels: column(),
    first: column(),
    second: column(),
    output: column(),
    weight: column(),
  };
  const parts = [shares.first, shares.second, shares.both].map(({ nv, ns }) => ({
    nv,
    ns,
    noise: sigma * Math.sqrt(nv + ns),
    scores: new Float64Array(K),
  }));
  const [own1, own2, both] = parts.map(({ scores }) => scores) as [Float64Array, Float64Array, Float64Array];
  const mixed = new Float64Array(K);
  const winner = (w1: number, w2: number, w12: number): number => {
    for (let c = 0; c < K; c++) {
      mixed[c] = w1 * (own1[c] as number) + w2 * (own2[c] as number) + w12 * (both[c] as number);
    }
    let best = 0;
    for (let c = 1; c < K; c++) if ((mixed[c] as number) > (mixed[best] as number)) best = c;
    return best;
  };
  for (let n = 0; n < draws; n++) {
    const label = random.int(0, K - 1);
    out.labels[n] = label;
    for (const { nv, ns, noise, scores } of parts) {
      if (nv + ns === 0) continue;
      for (let c = 0; c < K; c++) scores[c] = random.normal(0, noise);
      scores[label] = (scores[label] as number) + nv;
      for (let j = 0; j < ns; j++) {
        const shown = random.float() < p ? random.int(0, K - 1) : label;
        scores[shown] = (scores[shown] as number) + 1;
      }
    }
    out.first[n] = winner(1, 0, 1);
    out.second[n] = winner(0, 1, 1);
    out.output[n] = winner(1, lambda, 1 + lambda);
    out.weight[n] = winner(1, lambda, 2 * (1 + lambda));
  }
  return out;
}
