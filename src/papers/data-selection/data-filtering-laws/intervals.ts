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

/**
 * 95% intervals of b and τ by the residual bootstrap: what the fit misses is dealt out anew among the checkpoints of each
 * bucket, and the law fitted again. With few checkpoints the intervals are narrow for what they do not know: that the law is
 * the right one. `budget` are refits at most; `breathe` is called between them.
 */
export async function bootstrapBuckets(
  fit: LawFit,
  observations: readonly Checkpoint[],
  sizes: Readonly<Record<string, number>>,
  options: FitOptions,
  { resamples, random, breathe }: { resamples: number; random: Random; breathe(): Promise<void> },
): Promise<BucketIntervals[]> {
  const law = options.law ?? "utility";
  const top = options.metric === "loss" ? Number.POSITIVE_INFINITY : 1;
  const fitted = observations.map((each) => {
    const bucket = fit.buckets.find(({ name }) => name === each.bucket);
    if (!bucket) throw new RangeError(`bucket "${each.bucket}" was not fitted`);
    return { ...each, predicted: predictError(bucket, each.samplesSeen, fit.constants, { law }) };
  });
  const residuals = new Map<string, number[]>();
  for (const { bucket, error, predicted } of fitted) {
    const list = residuals.get(bucket) ?? [];
    list.push(error - predicted);
    residuals.set(bucket, list);
  }
  const draws = fit.buckets.map(() => ({ b: [] as number[], tau: [] as number[] }));
  for (let round = 0; round < resamples; round++) {
    const drawn = fitted.map(({ bucket, samplesSeen, predicted }) => {
      const error = predicted + random.choice(residuals.get(bucket) ?? [0]);
      return { bucket, samplesSeen, error: Math.min(top, Math.max(fit.constants.d * 1.001 + 1e-9, error)) };
    });
    for (const [i, { b, tau }] of refit(fit, drawn, sizes, { ...options, d: fit.constants.d }).buckets.entries()) {
      draws[i]?.b.push(b);
      draws[i]?.tau.push(tau);
    }
    await breathe();
  }
  const interval = (values: number[]): [number, number] => [quantile(values, 0.025), quantile(values, 0.975)];
  return fit.buckets.map(({ name }, i) => ({
    name,
    b: interval(draws[i]?.b ?? []),
    tau: interval(draws[i]?.tau ?? []),
  }));
}
