import { type ContinualMechanism, checkOptions, type MechanismOptions, SumMechanism } from "./mechanism.ts";
import type { NoiseSource } from "./noise.ts";
import { dpToZcdp, gaussianCost, type PrivacyLedger } from "./privacy.ts";

export interface RecomputeOptions extends MechanismOptions {
  /** Steps between two releases; "auto" (the default) takes {@link optimalPeriod}. */
  r?: number | "auto" | undefined;
}

/** How likely an error bound may fail, unless said otherwise: the paper calls a mechanism accurate with probability 2/3. */
export const defaultBeta = 1 / 3;

function checkPeriod(r: number, T: number): number {
  if (Number.isInteger(r) && r >= 1 && r <= T) return r;
  throw new RangeError(`the period r is ${r}; a whole number from 1 to the horizon ${T} is wanted`);
}

/**
 * The period that balances stale answers against noise. With $m = \lfloor T/r \rfloor$ releases max-sum errs by at most
 * $r - 1 + \sqrt{(m/\rho) \ln(2m/\beta)}$, which is least near $r = (T \ln(2m/\beta) / (4\rho))^{1/3}$; that is the
 * $\tilde O((T/\rho)^{1/3})$ of the paper's upper bound. Sum-select errs by at most
 * $r - 1 + \sqrt{m/(2\rho)}\,\ln(dm/\beta)$, least near $r = (T \ln^2(dm/\beta)/(8\rho))^{1/3}$. The logarithms hold m, so a
 * few rounds of substitution find the fixed point.
 */
export function optimalPeriod(
  T: number,
  rho: number,
  {
    problem = "max-sum",
    d = 1,
    beta = defaultBeta,
  }: { problem?: "max-sum" | "sum-select"; d?: number; beta?: number } = {},
): number {
  checkOptions({ T, d, rho });
  let r = Math.cbrt(T / rho);
  for (let round = 0; round < 20; round++) {
    const m = Math.max(1, T / r);
    r =
      problem === "max-sum"
        ? Math.cbrt((T * Math.log((2 * m) / beta)) / (4 * rho))
        : Math.cbrt((T * Math.log((d * m) / beta) ** 2) / (8 * rho));
    r = Math.min(T, Math.max(1, r));
  }
  return Math.round(r);
}

/** Noise that makes one release of a value of sensitivity 1 private at `cost`. */
export interface ScalarNoise {
  what: string;
  cost: number;
  draw(source: NoiseSource): number;
}

/** $N(0, \sigma^2)$ with $\sigma = \sqrt{m/(2\rho)}$, so that m releases cost $m/(2\sigma^2) = \rho$. */
export function gaussianRelease(m: number, rho: number): ScalarNoise & { sigma: number } {
  const sigma = Math.sqrt(m / (2 * rho));
  return { what: "max-sum, Gaussian", sigma, cost: gaussianCost(1, sigma), draw: (source) => sigma * source.normal() };
}

/**
 * Releases a scalar of sensitivity 1 every r steps and repeats the last release in between; before the first it says 0.
 * The whole of the recompute mechanism for max-sum, on a stream of maxima.
 */
export class PeriodicRelease {
  readonly r: number;
  readonly noise: ScalarNoise;
  #last = 0;

  constructor(r: number, noise: ScalarNoise) {
    this.r = r;
    this.noise = noise;
  }

  /** The answer at time t, when the true value is `value`. */
  at(t: number, value: number, source: NoiseSource, ledger?: PrivacyLedger): number {
    if (t % this.r === 0) {
      this.#last = value + this.noise.draw(source);
      ledger?.record(t, this.noise.what, this.noise.cost);
    }
    return this.#last;
  }

  reset(): void {
    this.#last = 0;
  }
}

class RecomputeMaxSum extends SumMechanism {
  readonly #release: PeriodicRelease;

  constructor(options: MechanismOptions, r: number, noise: ScalarNoise) {
    super("max-sum", options);
    this.#release = new PeriodicRelease(r, noise);
  }

  protected answer(t: number): number {
    return this.#release.at(t, this.largest, this.noise, this.ledger);
  }

  protected restart(): void {
    this.#release.reset();
  }
}

/**
 * Recompute every r steps (the paper's simplest matching mechanism): at $t = r, 2r, \dots$ release
 * $\max_j S_t[j] + N(0, \sigma^2)$ with $\sigma = \sqrt{m/(2\rho)}$, $m = \lfloor T/r \rfloor$, and repeat it until the
 * next; 0 before the first. Every release sees the whole prefix, so the m releases compose: they cost $m/(2\sigma^2)=\rho$.
 * The maximum of sums has sensitivity 1 whatever d is. A step costs the entries of its record; memory is d sums.
 */
export function recomputeMaxSum(options: RecomputeOptions): ContinualMechanism<number> {
  checkOptions(options);
  const { T, rho, r = "auto" } = options;
  const period = r === "auto" ? optimalPeriod(T, rho) : checkPeriod(r, T);
  return new RecomputeMaxSum(options, period, gaussianRelease(Math.floor(T / period), rho));
}

/**
 * {@link recomputeMaxSum} under pure $\varepsilon$-differential privacy: m releases of $\varepsilon/m$ each, with Laplace
 * noise of scale $m/\varepsilon$. The period is near $\sqrt{(T/\varepsilon)\ln(m/\beta)}$ unless given, for an error of
 * $\tilde O(\sqrt{T/\varepsilon})$. Counted in zCDP the run costs $\rho = m (\varepsilon/m)^2/2$.
 */
export function recomputeMaxSumPure(
  options: Omit<RecomputeOptions, "rho"> & { eps: number },
): ContinualMechanism<number> {
  const { T, eps, r = "auto" } = options;
  checkOptions({ ...options, rho: dpToZcdp(eps) });
  let best = Math.sqrt(T / eps);
  for (let round = 0; round < 20; round++) {
    best = Math.min(T, Math.max(1, Math.sqrt((T / eps) * Math.log(Math.max(1, T / best) / defaultBeta))));
  }
  const period = r === "auto" ? Math.round(best) : checkPeriod(r, T);
  const m = Math.floor(T / period);
  const cost = dpToZcdp(eps / m);
  const release = { what: "max-sum, Laplace", cost, draw: (source: NoiseSource) => (m / eps) * source.laplace() };
  return new RecomputeMaxSum({ ...options, rho: m * cost }, period, release);
}

/**
 * The exponential mechanism for the largest of several sums of sensitivity 1: position j is drawn with probability
 * proportional to $\exp(\varepsilon_0 S[j]/2)$, by adding Gumbel noise of scale $2/\varepsilon_0$ and taking the largest.
 * Costs $\varepsilon_0^2/8$ in zCDP (Cesar and Rogers 2021).
 */
export function noisyArgmax(sums: ArrayLike<number>, eps0: number, source: NoiseSource): number {
  const scale = 2 / eps0;
  let best = 0;
  let highest = Number.NEGATIVE_INFINITY;
  for (let j = 0; j < sums.length; j++) {
    const value = (sums[j] as number) + scale * source.gumbel();
    if (value > highest) {
      highest = value;
      best = j;
    }
  }
  return best;
}

class RecomputeSumSelect extends SumMechanism {
  readonly #r: number;
  readonly #eps0: number;
  #last = 0;

  constructor(options: MechanismOptions, r: number) {
    super("sum-select", options);
    this.#r = r;
    this.#eps0 = Math.sqrt((8 * options.rho) / Math.floor(options.T / r));
  }

  protected answer(t: number): number {
    if (t % this.#r === 0) {
      this.#last = noisyArgmax(this.sums, this.#eps0, this.noise);
      this.ledger.record(t, "sum-select, exponential mechanism", this.#eps0 ** 2 / 8);
    }
    return this.#last;
  }

  protected restart(): void {
    this.#last = 0;
  }
}

/**
 * Recompute every r steps for sum-select: at each of the $m = \lfloor T/r \rfloor$ releases the exponential mechanism picks
 * a column with $\varepsilon_0 = \sqrt{8\rho/m}$; column 0 before the first. The chosen sum falls short of the largest by
 * at most $(2/\varepsilon_0)\ln(dm/\beta)$ at all releases together, and by r − 1 more between them.
 */
export function recomputeSumSelect(options: RecomputeOptions): ContinualMechanism<number> {
  checkOptions(options);
  const { T, d, rho, r = "auto" } = options;
  const period = r === "auto" ? optimalPeriod(T, rho, { problem: "sum-select", d }) : checkPeriod(r, T);
  return new RecomputeSumSelect(options, period);
}
