import { type ContinualMechanism, checkOptions, type MechanismOptions } from "./mechanism.ts";
import type { NoiseSource } from "./noise.ts";
import { NoisyPrefix, type PrefixNoise } from "./noisy-prefix.ts";
import type { PrivacyLedger } from "./privacy.ts";

/**
 * First T coefficients of the square root of continual counting: the lower-triangular Toeplitz matrix C with
 * $c_0 = 1,\ c_k = c_{k-1}\frac{2k-1}{2k}$ has $C\,C = A$, the all-ones lower triangle, because
 * $\sum_k c_k x^k = (1-x)^{-1/2}$ (Fichtenberger, Henzinger and Upadhyay 2023). Answering $A x$ as $C(Cx + z)$ needs
 * $\sigma = \lVert C\rVert_{1\to2}/\sqrt{2\rho}$ with $\lVert C\rVert_{1\to2}^2 = \sum_{k<T} c_k^2 \approx 1 + \ln(T)/\pi$.
 */
export function squareRootCoefficients(T: number): Float64Array {
  const c = new Float64Array(T);
  let value = 1;
  for (let k = 0; k < T; k++) {
    if (k > 0) value *= (2 * k - 1) / (2 * k);
    c[k] = value;
  }
  return c;
}

/** A lower-triangular Toeplitz matrix whose coefficients are a sum of decaying exponentials: $b_k = \sum_j w_j \lambda_j^k$. */
export interface ExponentialToeplitz {
  weights: Float64Array;
  /** Decay as $p = 1/\lambda - 1$; 0 for none, Infinity for a term that counts at k = 0 only. */
  rates: Float64Array;
}

/** Coefficient k of an {@link ExponentialToeplitz}. */
export function toeplitzCoefficient({ weights, rates }: ExponentialToeplitz, k: number): number {
  let sum = 0;
  for (let j = 0; j < weights.length; j++) {
    sum += (weights[j] as number) * (k === 0 ? 1 : Math.exp(-k * Math.log1p(rates[j] as number)));
  }
  return sum;
}

/** $\sum_{k<T} b_k^2$, in closed form: the squared length of the first column, and of row T. */
export function toeplitzSquaredNorm({ weights, rates }: ExponentialToeplitz, T: number): number {
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    for (let j = 0; j < weights.length; j++) {
      const pair = (weights[i] as number) * (weights[j] as number);
      const decay = Math.log1p(rates[i] as number) + Math.log1p(rates[j] as number);
      // Σ_{k<T} e^{−k·decay}
      total +=
        pair * (decay === 0 ? T : decay === Number.POSITIVE_INFINITY ? 1 : Math.expm1(-T * decay) / Math.expm1(-decay));
    }
  }
  return total;
}

/** Step of the quadrature in ln q: its relative error is about $2/\cosh(2\pi^2/h)$, here 0.0002. */
const quadratureStep = 2;

/**
 * A factorization $A = B\,C$ of counting whose error is within 0.1% of the square root's and which needs $O(\log T)$ memory
 * to multiply with, instead of all past samples.
 *
 * With $s = 1 - x$ the square root is $s^{-1/2} = \frac1\pi\int_0^\infty \frac{q^{-1/2}}{s+q}\,dq$. The trapezoidal rule
 * in $\ln q$ makes it a short sum of terms $1/(s+q_j)$, each a decaying exponential in k; what lies beyond the smallest and
 * the largest $q_j$ goes into a term without decay and one at k = 0. The right factor $C = A B^{-1}$ is then exact:
 * $\frac{1}{s B(s)}$ has poles between those of B, found by bisection, and positive residues. So the privacy is that of the
 * noise really added, and only the accuracy is approximate. (Rational approximations of this kind: Dvijotham, McMahan,
 * Pillutla, Steinke and Thakurta 2024.)
 */
export function exponentialFactors(T: number): { left: ExponentialToeplitz; right: ExponentialToeplitz } {
  const h = quadratureStep;
  const count = Math.ceil((Math.log(T) + 10) / h);
  const top = 5; // ln of the largest rate; ln of the smallest is near −ln T − 5
  const q = Float64Array.from({ length: count }, (_, j) => Math.exp(top - h * (count - 1 - j)));
  const v = q.map((rate) => (h / Math.PI) * Math.sqrt(rate)); // B(s) = flat/s + Σ v_j/(s + q_j) + direct
  const tail = Math.exp(-h / 2) / (1 - Math.exp(-h / 2));
  const flat = (h / Math.PI) * Math.sqrt(q[0] as number) * tail;
  const direct = ((h / Math.PI) * tail) / Math.sqrt(q[count - 1] as number);

  const weights = [flat, ...Array.from(v, (value, j) => value / (1 + (q[j] as number))), direct];
  const left = {
    weights: Float64Array.from(weights),
    rates: Float64Array.from([0, ...q, Number.POSITIVE_INFINITY]),
  };
  // 1/(s B(s)) = Σ_i u_i/(s + p_i): −p_i are the zeros of s B(s), one below, between and above the q_j.
  const value = (p: number): number => {
    let sum = flat - direct * p;
    for (let j = 0; j < count; j++) sum += ((v[j] as number) * p) / (p - (q[j] as number));
    return sum;
  };
  const poles = Float64Array.from({ length: count + 1 }, (_, i) => {
    let low = i === 0 ? 0 : (q[i - 1] as number);
    let high = i === count ? 1e6 * (q[count - 1] as number) : (q[i] as number);
    for (let round = 0; round < 200; round++) {
      const middle = (low + high) / 2;
      if (middle === low || middle === high) break;
      if (value(middle) > 0) low = middle;
      else high = middle;
    }
    return (low + high) / 2;
  });
  const residues = poles.map((p) => {
    let slope = direct;
    for (let j = 0; j < count; j++) slope += ((v[j] as number) * (q[j] as number)) / ((q[j] as number) - p) ** 2;
    return 1 / slope / (1 + p); // u_i/(s + p_i) contributes u_i λ_i λ_i^k
  });
  return { left, right: { weights: residues, rates: poles } };
}

/**
 * Noise $B z$ of the square-root factorization on d sums at once, $z \sim N(0, \sigma^2 I)$. Replacing a record moves
 * $C x$ by up to $\lVert C\rVert_{1\to2}\sqrt d$, so $\sigma = \lVert C\rVert_{1\to2}\sqrt{d/(2\rho)}$. For every sum the
 * state is one number per exponential: $u_j \leftarrow \lambda_j u_j + z$.
 */
export class FactorizationNoise implements PrefixNoise {
  readonly sigma: number;
  readonly #rho: number;
  readonly #out: Float64Array;
  readonly #state: Float64Array;
  readonly #weights: Float64Array;
  readonly #decays: Float64Array;
  readonly #direct: number;

  constructor({ T, d, rho }: Pick<MechanismOptions, "T" | "d" | "rho">, sigma?: number) {
    const { left, right } = exponentialFactors(T);
    const terms = left.weights.length - 1; // the last one has no memory
    this.sigma = sigma ?? Math.sqrt((toeplitzSquaredNorm(right, T) * d) / (2 * rho));
    this.#rho = rho;
    this.#weights = left.weights.subarray(0, terms);
    this.#decays = left.rates.subarray(0, terms).map((rate) => 1 / (1 + rate));
    this.#direct = left.weights[terms] as number;
    this.#out = new Float64Array(d);
    this.#state = new Float64Array(d * terms);
  }

  next(t: number, source: NoiseSource, ledger: PrivacyLedger): Float64Array {
    // One Gaussian release of C x, row by row: its whole cost is due with the first row.
    if (t === 1) ledger.record(t, "factorization, Gaussian", this.#rho);
    const terms = this.#weights.length;
    const state = this.#state;
    const out = this.#out;
    for (let j = 0, at = 0; j < out.length; j++) {
      const z = this.sigma * source.normal();
      let sum = this.#direct * z;
      for (let i = 0; i < terms; i++, at++) {
        const kept = (this.#decays[i] as number) * (state[at] as number) + z;
        state[at] = kept;
        sum += (this.#weights[i] as number) * kept;
      }
      out[j] = sum;
    }
    return out;
  }

  reset(): void {
    this.#state.fill(0);
  }
}

/** Max-sum from d running sums with square-root-factorization noise: as the tree, with a better constant. */
export function factorizationMaxSum(options: MechanismOptions): ContinualMechanism<number> {
  checkOptions(options);
  return new NoisyPrefix("max-sum", options, new FactorizationNoise(options));
}

/** Sum-select from d running sums with square-root-factorization noise. */
export function factorizationSumSelect(options: MechanismOptions): ContinualMechanism<number> {
  checkOptions(options);
  return new NoisyPrefix("sum-select", options, new FactorizationNoise(options));
}

/** Continual counting by the square-root factorization: a noisy count of the ones so far; records have one entry. */
export function sqrtFactorizationCounter(options: Omit<MechanismOptions, "d">): ContinualMechanism<number> {
  return factorizationMaxSum({ ...options, d: 1 });
}
