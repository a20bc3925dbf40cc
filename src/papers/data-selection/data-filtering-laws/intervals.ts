import type { Random } from "../../../kit/random.ts";
import { quantile } from "../../../kit/stats.ts";
import type { Checkpoint } from "./checkpoints.ts";
import { type FitOptions, type LawFit, refit } from "./fit.ts";
import { predictError } from "./law.ts";

export interface BucketIntervals {
  name: string;
  b: [number, number];
  tau: [number, number];
}

/** As many resamples as take a few minutes: each fits the law again, in some 2 ms a checkpoint with d and 0.2 ms without. */
export function affordable(wanted: number, checkpoints: number, fitsD: boolean): number {
  return Math.min(wanted, Math.max(20, Math.floor((fitsD ? 40_000 : 400_000) / checkpoints)));
}

/**
 * 95% intervals of b and τ by the residual bootstrap: what the fit misses is dealt out anew among the checkpoints of each
 * bucket, and the law fitted again, d with the rest where it was fitted. A fit misses less than the noise, having been fitted to
 * it: residuals are enlarged by $\sqrt{n/(n-p)}$ for p parameters and n checkpoints, and without more checkpoints than parameters
 * there are no intervals. That the law is the right one they take for granted. `between` is called between refits with the share that is done.
 */
export async function bootstrapBuckets(
  fit: LawFit,
  observations: readonly Checkpoint[],
  sizes: Readonly<Record<string, number>>,
  options: FitOptions,
  { resamples, random, between }: { resamples: number; random: Random; between(share: number): Promise<void> },
): Promise<BucketIntervals[]> {
  const law = options.law ?? "utility";
  const top = options.metric === "loss" ? Number.POSITIVE_INFINITY : 1;
  const fitted = observations.map((each) => {
    const bucket = fit.buckets.find(({ name }) => name === each.bucket);
    if (!bucket) throw new RangeError(`bucket "${each.bucket}" was not fitted`);
    return { ...each, predicted: predictError(bucket, each.samplesSeen, fit.constants, { law }) };
  });
  const parameters = fit.buckets.length * (law === "no-decay" ? 1 : 2) + (options.d === "fit" ? 2 : 1);
  const places = new Set(observations.map(({ bucket, samplesSeen }) => `${samplesSeen} ${bucket}`)).size;
  if (places <= parameters) return [];
  const enlarge = Math.sqrt(places / (places - parameters));
  const residuals = new Map<string, number[]>();
  for (const { bucket, error, predicted } of fitted) {
    const list = residuals.get(bucket) ?? [];
    list.push(enlarge * (error - predicted));
    residuals.set(bucket, list);
  }
  const draws = fit.buckets.map(() => ({ b: [] as number[], tau: [] as number[] }));
  // A fitted d is free to fall; a given one stays below every error.
  const least = options.d === "fit" ? 0 : fit.constants.d;
  const again: FitOptions = options.d === "fit" ? options : { ...options, d: fit.constants.d };
  for (let round = 0; round < resamples; round++) {
    const drawn = fitted.map(({ bucket, samplesSeen, predicted }) => {
      const error = predicted + random.choice(residuals.get(bucket) ?? [0]);
      return { bucket, samplesSeen, error: Math.min(top, Math.max(least * 1.001 + 1e-9, error)) };
    });
    for (const [i, { b, tau }] of refit(fit, drawn, sizes, again).buckets.entries()) {
      draws[i]?.b.push(b);
      draws[i]?.tau.push(tau);
    }
    await between((round + 1) / resamples);
  }
  const interval = (values: number[]): [number, number] => [quantile(values, 0.025), quantile(values, 0.975)];
  return fit.buckets.map(({ name }, i) => ({
    name,
    b: interval(draws[i]?.b ?? []),
    tau: interval(draws[i]?.tau ?? []),
  }));
}
