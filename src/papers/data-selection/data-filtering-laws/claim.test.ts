import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { compareLaws, meanCurve } from "./analysis.ts";
import { claim } from "./claim.ts";
import { everyPool, poolKey, type Settings, type TrialResult } from "./experiment.ts";
import { type Bucket, predictError } from "./law.ts";

/** Three small buckets, further apart than those of the claim, decide within seconds. */
const small = { seeds: 12, noise: [0, 0.2, 0.4], bucketSize: 100, testImages: 500 };
const run = (ablate: "none" | "decay" | "quality") => runClaim(claim, { seed: 3, params: { ...small, ablate } });
const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map(({ name, outcome }) => [name, outcome]));

describe("the claim of the data-filtering law", () => {
  it("holds: the whole pool is behind after one pass and ahead after many, and the law chooses well", async () => {
    const { verdict, tables, charts, notes } = await run("none");
    expect(outcomes(verdict.parts)).toEqual({ crossover: "holds", law: "holds", "unseen mixtures": "holds" });
    const gaps = verdict.parts[0]?.measured ?? [];
    expect(Number(gaps[0]?.low)).toBeGreaterThan(0);
    expect(Number(gaps.at(-1)?.high)).toBeLessThan(0);
    const gain = verdict.parts[1]?.measured.find(({ label }) => label.startsWith("min of these two"));
    expect(gain?.low).toBeGreaterThan(0);
    expect(tables.pools?.rows).toHaveLength(6);
    expect(tables.fit?.rows).toHaveLength(3);
    expect(charts.errors?.alt).toMatch(/best bucket from 0\.\d+ to 0\.\d+, all 3/);
    expect(notes.join()).toMatch(/redrawn labels.*in \d+% of resamples/);
  });

  it("loses the law without half-lives, and the crossover without differences in quality", async () => {
    const fresh = await run("decay");
    expect(outcomes(fresh.verdict.parts)).toMatchObject({ law: "does not hold", "unseen mixtures": "does not hold" });
    expect(fresh.verdict.parts[1]?.measured[0]?.value).toBe(fresh.verdict.parts[1]?.measured[1]?.value);
    const equal = await run("quality");
    expect(outcomes(equal.verdict.parts).crossover).not.toBe("holds");
  });

  it("repeats itself for the same seed", async () => {
    const params = { ...small, seeds: 3, checkpoints: [2, 4, 6, 8], earlyRuns: 2, testImages: 200 };
    const once = await runClaim(claim, { seed: 5, scale: "full", params });
    expect((await runClaim(claim, { seed: 5, scale: "full", params })).verdict).toEqual(once.verdict);
  });

  it("has no regret where measurements obey the law", () => {
    const settings: Settings = {
      noise: [0, 0.1, 0.2, 0.3],
      bucketSize: 1000,
      checkpoints: [2, 4, 8, 16, 32, 64],
      earlyRuns: 1,
      testImages: 1,
      learningRate: 1,
      batch: 1,
    };
    const buckets = [-0.45, -0.4, -0.35, -0.3].map((b, i): Bucket => ({ name: String(i), size: 1000, b, tau: 3 }));
    const constants = { a: 2000, d: 0.1 };
    const curve = (pool: Bucket[]): number[] =>
      settings.checkpoints.map((n) => predictError(pool, 1000 * n, constants));
    const planted: TrialResult = {
      single: buckets.map((bucket) => curve([bucket])),
      union: buckets.map((_, p) => curve(buckets.slice(0, p + 1))),
      pools: Object.fromEntries(
        everyPool(4).map((pool) => [poolKey(pool), curve(pool.map((q) => buckets[q] as Bucket))]),
      ),
    };
    expect(meanCurve([planted, planted])).toEqual(planted);
    const { utility } = compareLaws(settings, planted, { d: 0.1, ablate: "none" });
    expect(utility?.regret).toBeLessThan(1e-6);
    expect(utility?.chosen).toEqual(utility?.best);
    expect(new Set(utility?.best).size).toBeGreaterThan(1);
    // A law that takes the second bucket for the best is charged with that bucket, not with the one it does not see.
    const swapped = { ...planted, single: [planted.single[1], planted.single[0], ...planted.single.slice(2)] };
    const wrong = compareLaws(settings, swapped as TrialResult, { d: 0.1, ablate: "none" }).utility;
    expect([utility?.misordered, wrong?.misordered]).toEqual([false, true]);
    expect(wrong?.regret).toBeGreaterThan(0.005);
    const stretch = compareLaws(settings, planted, { d: 0.1, ablate: "stretch" }).utility;
    expect(utility?.mixtureRmse).toBeLessThan(1e-6);
    expect(stretch?.mixtureRmse).toBeGreaterThan(0.01);
  });
});
