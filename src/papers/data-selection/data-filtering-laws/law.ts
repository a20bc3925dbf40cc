/** A part of a data pool, sorted out by quality, and what the law says of it. */
export interface Bucket {
  name: string;
  /** Unique samples. */
  size: number;
  /** Utility of a sample seen for the first time, below 0: the more negative, the more useful. */
  b: number;
  /** Half-life of the utility, in repetitions of the bucket, above 0; Infinity for none. */
  tau: number;
}

/** What all buckets share. */
export interface LawConstants {
  /** Reducible error is 1 after $n_0/a$ samples. */
  a: number;
  /** Irreducible error. */
  d: number;
  /** Normaliser of sample counts; default 100,000. */
  n0?: number;
}

export const laws = ["utility", "effective-data", "no-decay"] as const;

export interface LawOptions {
  /**
   * `utility` is the paper's; `effective-data` keeps b and lets repeated samples count for less; `no-decay` lets them count as
   * fresh ones.
   */
  law?: (typeof laws)[number];
  /**
   * Where d stands. `outside`, as the differential equation has it: product + d. `official-code`: (first epoch + d) · ratios, to
   * replay fits of the published code; for the utility law only.
   */
  offset?: "outside" | "official-code";
}

export const defaultN0 = 100_000;
const mostEpochs = 10_000_000;

function checkBuckets(buckets: readonly Bucket[], samplesSeen: number, { a, d, n0 = defaultN0 }: LawConstants): void {
  if (buckets.length === 0) throw new RangeError("a pool needs one bucket or more");
  for (const { name, size, b, tau } of buckets) {
    if (!(size > 0 && Number.isFinite(size)))
      throw new RangeError(`bucket "${name}" has size ${size}, and above 0 is wanted`);
    if (!(b < 0 && Number.isFinite(b))) throw new RangeError(`bucket "${name}" has b = ${b}, and below 0 is wanted`);
    if (!(tau > 0)) throw new RangeError(`bucket "${name}" has τ = ${tau}, and above 0 is wanted`);
  }
  if (!(samplesSeen > 0 && Number.isFinite(samplesSeen)))
    throw new RangeError(`${samplesSeen} samples were seen, and above 0 is wanted`);
  if (!(a > 0 && n0 > 0 && d >= 0 && Number.isFinite(a) && Number.isFinite(d)))
    throw new RangeError(`a = ${a}, d = ${d} and n0 = ${n0} make no law`);
}

/** The part of a pool that each bucket makes up, and its half-life there: $w_i = N_i/\sum N$, $\tau_i' = \tau_i/w_i$. */
function members(buckets: readonly Bucket[]): { b: number; share: number; tau: number }[] {
  const total = buckets.reduce((sum, { size }) => sum + size, 0);
  return buckets.map(({ b, tau, size }) => ({ b, share: size / total, tau: (tau * total) / size }));
}

/**
 * Utility of a sample of a pool in epoch `j` ≥ 1 (paper, the mixture rule):
 * $b_{\mathrm{eff},j} = \sum_i w_i\,b_i\,(1/2)^{(j-1)/\tau_i'}$, where half-lives stretch, $\tau_i' = \tau_i / w_i$, because a bucket's
 * samples come less often. For p buckets of one size $w_i = 1/p$ and $\tau_i' = p\,\tau_i$, which is the paper's; other sizes are
 * ours. Throws RangeError for epochs below 1 and buckets without a law.
 */
export function effectiveUtility(buckets: readonly Bucket[], epoch: number): number {
  checkBuckets(buckets, 1, { a: 1, d: 0 });
  if (!(Number.isInteger(epoch) && epoch >= 1))
    throw new RangeError(`the epoch is ${epoch}, and a whole number from 1 on is wanted`);
  return members(buckets).reduce((sum, { b, share, tau }) => sum + share * b * 0.5 ** ((epoch - 1) / tau), 0);
}

/**
 * Error after `samplesSeen` samples of a bucket, or of the union of buckets drawn from in proportion to their sizes, repeats
 * included (paper, the scaling law). With $N$ the unique samples, $K = \lceil n/N\rceil$ epochs and $n_j = \min(jN, n)$:
 * $y(n) = (a\,n_1/n_0)^{b_1}\prod_{j=2}^{K}(n_j/n_{j-1})^{b_j} + d$, which solves $dy/dn = b_j\,(y-d)/n$ within every epoch; $b_j$
 * is {@link effectiveUtility}. Time O(epochs × buckets), less once utility has faded away.
 *
 * Throws RangeError for b ≥ 0, τ ≤ 0, sizes or samples that are not positive, and more than ten million epochs.
 */
export function predictError(
  bucket: Bucket | readonly Bucket[],
  samplesSeen: number,
  constants: LawConstants,
  { law = "utility", offset = "outside" }: LawOptions = {},
): number {
  const buckets: readonly Bucket[] = "name" in bucket ? [bucket] : bucket;
  checkBuckets(buckets, samplesSeen, constants);
  const { a, d, n0 = defaultN0 } = constants;
  const parts = members(buckets);
  const size = buckets.reduce((sum, part) => sum + part.size, 0);
  const first = Math.log((a * Math.min(size, samplesSeen)) / n0);
  if (law === "no-decay" || (samplesSeen <= size && offset === "outside")) {
    const b = parts.reduce((sum, part) => sum + part.share * part.b, 0);
    return Math.exp(b * Math.log((a * samplesSeen) / n0)) + d;
  }
  const [start, ratios] = (law === "utility" ? fadingUtility : fadingSamples)(parts, size, samplesSeen);
  if (offset === "official-code" && law === "utility") return (Math.exp(start * first) + d) * Math.exp(ratios);
  return Math.exp(start * first + ratios) + d;
}

type Members = ReturnType<typeof members>;

/** Exponent of the first epoch, and $\sum_{j \ge 2} b_j \ln(n_j/n_{j-1})$. */
function fadingUtility(parts: Members, size: number, seen: number): [number, number] {
  const start = parts.reduce((sum, { b, share }) => sum + share * b, 0);
  let sum = 0;
  for (let j = 2; (j - 1) * size < seen; j++) {
    let b = 0;
    for (const part of parts) b += part.share * part.b * 0.5 ** ((j - 1) / part.tau);
    if (b > -1e-18) break; // nothing is learnt any more
    if (j > mostEpochs) throw new RangeError(`the samples make more than ${mostEpochs.toLocaleString("en")} epochs`);
    sum += b * Math.log(Math.min(j * size, seen) / ((j - 1) * size));
  }
  return [start, sum];
}

/**
 * The law of effective data: a sample of epoch j counts for $\bar\delta_j = \sum_i w_i\,2^{-(j-1)/\tau_i'}$ of a fresh one, and its
 * exponent is the mean of b weighted by what is left of each bucket. For a single bucket
 * $y = (a\,n_{\mathrm{eff}}/n_0)^b + d$.
 */
function fadingSamples(parts: Members, size: number, seen: number): [number, number] {
  const start = parts.reduce((sum, { b, share }) => sum + share * b, 0);
  let effective = Math.min(size, seen);
  let sum = 0;
  for (let j = 2; (j - 1) * size < seen; j++) {
    let [left, weighted] = [0, 0];
    for (const { b, share, tau } of parts) {
      const delta = share * 0.5 ** ((j - 1) / tau);
      left += delta;
      weighted += delta * b;
    }
    if (left < 1e-18) break;
    if (j > mostEpochs) throw new RangeError(`the samples make more than ${mostEpochs.toLocaleString("en")} epochs`);
    const before = effective;
    effective += left * (Math.min(j * size, seen) - (j - 1) * size);
    sum += (weighted / left) * Math.log(effective / before);
  }
  return [start, sum];
}

/**
 * What to be wary of before pools are compared. Where $a N/n_0 \le 1$ the base of the first epoch is below one, and a more negative
 * b raises the error: the order of buckets turns round without a word.
 */
export function lawWarnings(buckets: readonly Bucket[], { a, n0 = defaultN0 }: LawConstants): string[] {
  return buckets
    .filter(({ size }) => (a * size) / n0 <= 1 - 1e-9)
    .map(
      ({ name, size }) =>
        `a·N/n0 is ${((a * size) / n0).toPrecision(2)} for bucket "${name}" and not above 1: the law does not tell good buckets from bad ones there.`,
    );
}
