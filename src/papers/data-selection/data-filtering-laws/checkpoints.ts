import type { LawOptions } from "./law.ts";

/** A measured error during training on one bucket alone. */
export interface Checkpoint {
  bucket: string;
  /** Samples seen so far, repeats included. */
  samplesSeen: number;
  error: number;
}

/** The checkpoints of one bucket, in the order of samples seen. */
export interface Series {
  name: string;
  size: number;
  points: { n: number; error: number }[];
}

const fewest = 3;

/**
 * Checkpoints by bucket, sorted; several at one place are averaged, with a note. Refuses, as RangeError, an unknown bucket,
 * sizes and samples that are not positive, errors outside (0, 1] (or losses that are not positive), and fewer than three
 * checkpoints of a bucket.
 */
export function prepareCheckpoints(
  observations: readonly Checkpoint[],
  sizes: Readonly<Record<string, number>>,
  metric: "error" | "loss",
): { series: Series[]; notes: string[] } {
  const sums = new Map<string, Map<number, { sum: number; count: number }>>();
  for (const { bucket, samplesSeen, error } of observations) {
    if (!Object.hasOwn(sizes, bucket)) throw new RangeError(`bucket "${bucket}" has no size`);
    if (!(samplesSeen > 0 && Number.isFinite(samplesSeen))) {
      throw new RangeError(
        `a checkpoint of bucket "${bucket}" stands at ${samplesSeen} samples, and above 0 is wanted`,
      );
    }
    if (!(error > 0 && Number.isFinite(error)))
      throw new RangeError(`an error of bucket "${bucket}" is ${error}, and above 0 is wanted`);
    if (metric === "error" && error > 1) {
      const percent = error <= 100 ? ": it looks like percent, divide by 100" : "";
      throw new RangeError(`an error of bucket "${bucket}" is ${error} and not from 0 to 1${percent}`);
    }
    const places = sums.get(bucket) ?? new Map<number, { sum: number; count: number }>();
    const { sum, count } = places.get(samplesSeen) ?? { sum: 0, count: 0 };
    places.set(samplesSeen, { sum: sum + error, count: count + 1 });
    sums.set(bucket, places);
  }
  if (sums.size === 0) throw new RangeError("there are no checkpoints");
  let averaged = 0;
  const series = [...sums].map(([name, places]): Series => {
    const size = sizes[name] as number;
    if (!(size > 0 && Number.isFinite(size)))
      throw new RangeError(`bucket "${name}" has size ${size}, and above 0 is wanted`);
    if (places.size < fewest) {
      throw new RangeError(
        `bucket "${name}" has checkpoints at ${places.size} sample counts, and ${fewest} or more are wanted`,
      );
    }
    const points = [...places].map(([n, { sum, count }]) => {
      if (count > 1) averaged += 1;
      return { n, error: sum / count };
    });
    return { name, size, points: points.sort((x, y) => x.n - y.n) };
  });
  const notes =
    averaged > 0
      ? [`Several checkpoints at one place were averaged, at ${averaged} place${averaged === 1 ? "" : "s"}.`]
      : [];
  return { series, notes };
}

/**
 * $\ln \tilde n$, so that a single bucket's law reads $y = (a\,\tilde n/n_0)^b + d$ whatever its law: fresh samples count fully, repeats for
 * what is left of them after half-life τ. Independent of a, b and d.
 */
export function logEquivalent(n: number, size: number, tau: number, law: NonNullable<LawOptions["law"]>): number {
  if (law === "no-decay" || n <= size || tau === Number.POSITIVE_INFINITY) return Math.log(n);
  let log = Math.log(size);
  let effective = size;
  for (let j = 2; (j - 1) * size < n; j++) {
    const left = 0.5 ** ((j - 1) / tau);
    if (left < 1e-18) break;
    log += left * Math.log(Math.min(j * size, n) / ((j - 1) * size));
    effective += left * (Math.min(j * size, n) - (j - 1) * size);
  }
  return law === "utility" ? log : Math.log(effective);
}
