import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { type FitOptions, fitBuckets } from "./fit.ts";
import { affordable, bootstrapBuckets } from "./intervals.ts";
import { type Bucket, predictError } from "./law.ts";

const truth: Bucket[] = [
  { name: "good", size: 1000, b: -0.45, tau: 3 },
  { name: "poor", size: 1000, b: -0.3, tau: 6 },
];
const constants = { a: 2000, d: 0.1 };
const sizes = { good: 1000, poor: 1000 };

/** How often the intervals of b contain what was planted, over many noisy runs of the planted law. */
async function coverage(d: FitOptions["d"], epochs: readonly number[], draws: number, resamples: number) {
  const options: FitOptions = { d, bRange: [-2, -0.005], tauRange: [0.5, 60], aRange: [100, 1e6] };
  let inside = 0;
  for (let seed = 0; seed < draws; seed++) {
    const random = new Random(seed);
    const seen = truth.flatMap((bucket) =>
      epochs.map((epoch) => ({
        bucket: bucket.name,
        samplesSeen: 1000 * epoch,
        error: predictError(bucket, 1000 * epoch, constants) + random.normal(0, 0.004),
      })),
    );
    const fit = fitBuckets(seen, sizes, options);
    const found = await bootstrapBuckets(fit, seen, sizes, options, {
      resamples,
      random: random.fork("bootstrap"),
      between: async () => {},
    });
    for (const [i, { b }] of found.entries()) {
      const planted = truth[i]?.b ?? Number.NaN;
      if (b[0] <= planted && planted <= b[1]) inside++;
    }
  }
  return inside / (draws * truth.length);
}

describe("the intervals of a fitted law", () => {
  it("contain what was planted nearly as often as they say, few checkpoints and all", async () => {
    expect(await coverage(0.1, [2, 4, 6, 8, 16], 40, 80)).toBeGreaterThan(0.87);
  });

  it("know that a fitted d was not given", async () => {
    expect(await coverage("fit", [1, 2, 3, 4, 6, 8, 12, 16], 8, 40)).toBeGreaterThan(0.85);
  });

  it("are none where there are no more checkpoints than parameters", async () => {
    const seen = truth.flatMap((bucket) =>
      [1, 4, 16].map((epoch) => ({
        bucket: bucket.name,
        samplesSeen: 1000 * epoch,
        error: predictError(bucket, 1000 * epoch, constants),
      })),
    );
    const rest = { resamples: 5, random: new Random(1), between: async () => {} };
    const free = fitBuckets(seen, sizes, { d: "fit" });
    expect(await bootstrapBuckets(free, seen, sizes, { d: "fit" }, rest)).toEqual([]);
    const given = fitBuckets(seen, sizes, { d: 0.1 });
    expect(await bootstrapBuckets(given, seen, sizes, { d: 0.1 }, rest)).toHaveLength(2);
  });
});

it("are drawn as often as takes minutes", () => {
  expect([affordable(200, 100, true), affordable(200, 2000, true), affordable(200, 5000, true)]).toEqual([200, 20, 20]);
  expect([affordable(2000, 2000, false), affordable(10, 5000, true), affordable(0, 10, true)]).toEqual([200, 10, 0]);
});
