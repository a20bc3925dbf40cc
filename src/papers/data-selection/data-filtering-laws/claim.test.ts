import { describe, expect, it } from "vitest";
import { runClaim } from "../../../kit/testing.ts";
import { compareLaws, meanCurve } from "./analysis.ts";
import { claim } from "./claim.ts";
import type { Settings, TrialResult } from "./experiment.ts";
import { type Bucket, predictError } from "./law.ts";

const small = { seeds: 4, bucketSize: 100, checkpoints: [2, 4, 8, 16, 32], earlyRuns: 4, testImages: 500 };
const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map(({ name, outcome }) => [name, outcome]));

describe("the claim of the data-filtering law", () => {
  it("has the whole pool behind after one pass and ahead after many, and says what the law chose", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 3, params: small });
    expect(verdict.parts.map(({ name }) => name)).toEqual(["crossover", "law", "unseen mixtures"]);
    const gaps = verdict.parts[0]?.measured ?? [];
    const crossed = Number(gaps[0]?.low) > 0 && Number(gaps.at(-1)?.high) < 0;
    expect(verdict.parts[0]?.outcome === "holds").toBe(crossed);
    expect(Number(gaps[0]?.value)).toBeGreaterThan(Number(gaps.at(-1)?.value));
    const regret = verdict.parts[1]?.measured ?? [];
    expect(regret[0]?.value).toBeLessThan(regret[1]?.value ?? 0);
    expect(tables.pools?.rows).toHaveLength(5);
    expect(tables.fit?.rows).toHaveLength(4);
    expect(charts.errors?.alt).toMatch(/best bucket from 0\.\d+ to 0\.\d+, all 4/);
    expect(notes.join()).toMatch(/redrawn labels/);
  });

  it("loses the law without half-lives, and the crossover without differences in quality", async () => {
    const fresh = await runClaim(claim, { seed: 3, params: { ...small, seeds: 3, ablate: "decay" } });
    expect(outcomes(fresh.verdict.parts)).toMatchObject({ law: "does not hold", "unseen mixtures": "does not hold" });
    expect(fresh.verdict.parts[1]?.measured[0]?.value).toBe(fresh.verdict.parts[1]?.measured[1]?.value);
    const equal = await runClaim(claim, { seed: 3, params: { ...small, seeds: 3, ablate: "quality" } });
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
    };
    expect(meanCurve([planted, planted])).toEqual(planted);
    const { utility } = compareLaws(settings, planted, { d: 0.1, ablate: "none" });
    expect(utility?.regret).toBeLessThan(1e-6);
    expect(utility?.chosen).toEqual(utility?.best);
    expect(new Set(utility?.best).size).toBeGreaterThan(1);
    const stretch = compareLaws(settings, planted, { d: 0.1, ablate: "stretch" }).utility;
    expect(utility?.mixtureRmse).toBeLessThan(1e-6);
    expect(stretch?.mixtureRmse).toBeGreaterThan(0.01);
  });
});
