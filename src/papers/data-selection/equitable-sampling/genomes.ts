import type { Random } from "../../../kit/random.ts";
import { iterativeRidge, predictLinear, type Regression, rSquared } from "./ridge.ts";
import type { Learner } from "./subsample-curve.ts";

/** An ancestry group for polygenic scores. */
export interface Ancestry {
  /** Independent SNPs that bear on the trait: the more, the slower a model learns. */
  snps: number;
  /** Heritability: the best R² there is. */
  h2: number;
}

/** A group's people who can be bought, in the order in which they come, and what only the judge knows. */
export interface GenomeGroup extends Ancestry {
  pool: Regression;
  /** True effect of every SNP. */
  effects: Float64Array;
  /** Penalty of the best linear predictor, $M(1-h^2)/h^2$. */
  lambda: number;
}

/**
 * Simulated people of one group: allele frequencies uniform on [0.1, 0.5], genotypes Binomial(2, p) standardised by the true
 * p, effects $N(0, h^2/M)$, phenotype = genotype · effects + $N(0, 1-h^2)$.
 */
export function drawGroup({ snps, h2 }: Ancestry, count: number, random: Random): GenomeGroup {
  const frequency = Float64Array.from({ length: snps }, () => random.uniform(0.1, 0.5));
  const effects = Float64Array.from({ length: snps }, () => random.normal(0, Math.sqrt(h2 / snps)));
  const none = frequency.map((p) => (1 - p) ** 2 * 2 ** 32);
  const one = frequency.map((p) => (1 - p * p) * 2 ** 32);
  const features = new Float32Array(count * snps);
  for (let i = 0, at = 0; i < count; i++) {
    for (let j = 0; j < snps; j++, at++) {
      const draw = random.uint32();
      const p = frequency[j] as number;
      const alleles = draw < (none[j] as number) ? 0 : draw < (one[j] as number) ? 1 : 2;
      features[at] = (alleles - 2 * p) / Math.sqrt(2 * p * (1 - p));
    }
  }
  const targets = predictLinear(effects, features).map((g) => g + random.normal(0, Math.sqrt(1 - h2)));
  return { snps, h2, pool: { features, targets, width: snps }, effects, lambda: (snps * (1 - h2)) / h2 };
}

/** The first `n` people of a pool. */
export function firstPeople({ features, targets, width }: Regression, n: number): Regression {
  return { features: features.subarray(0, n * width), targets: targets.subarray(0, n), width };
}

/** Ridge regression with the group's penalty, scored by R². */
export function geneticLearner({ lambda }: GenomeGroup): Learner {
  return {
    fitPredict: (train, features) => predictLinear(iterativeRidge(train, lambda, { tolerance: 1e-3 }), features),
    score: rSquared,
  };
}

/**
 * R² on fresh people of a score trained on the first `n` of the pool, each computed once. It is exact, as if infinitely many
 * people tested: genotypes are independent with variance 1, so that the squared error is
 * $\lVert\beta - \hat\beta\rVert^2 + 1 - h^2$ and the variance of the phenotype $\lVert\beta\rVert^2 + 1 - h^2$.
 */
export function testCurve({ pool, effects, lambda, h2 }: GenomeGroup): (n: number) => number {
  const known = new Map<number, number>();
  let start: Float64Array | undefined;
  return (n) => {
    const before = known.get(n);
    if (before !== undefined) return before;
    const beta = iterativeRidge(firstPeople(pool, n), lambda, { tolerance: 1e-5, ...(start ? { start } : {}) });
    start = beta;
    const error = effects.reduce((sum, effect, j) => sum + (effect - (beta[j] as number)) ** 2, 1 - h2);
    const score = 1 - error / effects.reduce((sum, effect) => sum + effect * effect, 1 - h2);
    known.set(n, score);
    return score;
  };
}
