import { Random } from "../src/kit/random.ts";
import {
  type Bucket,
  bestPool,
  type Checkpoint,
  fitBuckets,
  type LawConstants,
  predictError,
} from "../src/papers/data-selection/index.ts";
import type { Bench } from "./bench.ts";

const constants: LawConstants = { a: 3000, d: 0.1 };
const buckets: Bucket[] = [-0.4, -0.3, -0.2, -0.1].map((b, i) => ({ name: `q${i}`, size: 1000, b, tau: 2 + i }));
const checkpoints: Checkpoint[] = buckets.flatMap((bucket) =>
  [2, 4, 6, 8, 10].map((k) => ({
    bucket: bucket.name,
    samplesSeen: k * bucket.size,
    error: predictError(bucket, k * bucket.size, constants),
  })),
);
const sizes = Object.fromEntries(buckets.map(({ name, size }) => [name, size]));

/** The search as it is usually written: a prediction for every point visited, here for some of the million of the grid. */
function plainSearch(points: number, random: Random): number {
  let best = Number.POSITIVE_INFINITY;
  for (let i = 0; i < points; i++) {
    const a = random.uniform(10, 10_000);
    const cost = buckets.reduce((sum, { name, size }) => {
      const tried = { name, size, b: random.uniform(-0.5, -0.005), tau: random.uniform(1, 10) };
      return checkpoints
        .filter(({ bucket }) => bucket === name)
        .reduce(
          (all, { samplesSeen, error }) => all + (predictError(tried, samplesSeen, { a, d: 0.1 }) - error) ** 2,
          sum,
        );
    }, 0);
    best = Math.min(best, cost);
  }
  return best;
}

/** Fitting four buckets, and choosing among pools. */
export default async function bench(report: Bench): Promise<void> {
  const full = 4 * 100 ** 3;
  const some = 20_000;
  const times = await report.compare(
    "fitting a, and b and τ of four buckets, to five checkpoints each",
    {
      "whole grid, 100 × 100 × 100 a bucket": () => fitBuckets(checkpoints, sizes, { d: 0.1, polish: false }),
      "whole grid and local search": () => fitBuckets(checkpoints, sizes, { d: 0.1 }),
      [`a prediction for each of ${some.toLocaleString("en")} random points`]: () => plainSearch(some, new Random(1)),
    },
    { rounds: 3 },
  );
  const [whole = Number.NaN, , random = Number.NaN] = Object.values(times);
  report.line(
    `  per point: ${((1e6 * whole) / full).toFixed(1)} ns on the grid, ${((1e6 * random) / (4 * some)).toFixed(0)} ns by prediction`,
  );
  await report.compare(
    "choosing a pool of four buckets",
    {
      "10 epochs": () => bestPool(buckets, 40_000, constants),
      "1,000 epochs": () => bestPool(buckets, 4e6, constants),
    },
    { rounds: 5 },
  );
  report.skipped("the authors' grid search", "it needs Python");
}
