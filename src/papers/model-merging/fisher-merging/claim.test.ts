import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import paper from "./card.ts";
import { claim } from "./claim.ts";
import { ablated } from "./experiment.ts";

/** Quick, with fewer steps and test images. */
const small = { seeds: 3, testImages: 600, expertSteps: 150, gridPoints: 11 };
const tiny = {
  ...small,
  testImages: 100,
  trainImages: 100,
  ancestorSteps: 5,
  expertSteps: 5,
  partSteps: 5,
  gridPoints: 3,
};

describe("the claim of Fisher-weighted averaging", () => {
  it("holds at quick scale, with tables and charts that say what was measured", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 1, params: small });
    expect(verdict.parts.map(({ name }) => name)).toEqual(["two domains", "disjoint classes", "near domains"]);
    expect(verdict.outcome).toBe("holds");
    const gain = verdict.parts[0]?.measured[0];
    expect(gain?.value).toBeGreaterThan(0.03);
    expect(gain?.low).toBeGreaterThan(0);
    expect(tables.comparison?.rows.length).toBeGreaterThan(15);
    expect(Object.keys(charts)).toEqual(["accuracy", "gain"]);
    expect(charts.gain?.alt).toMatch(/at 45°.*at 90°/);
    expect(notes.join()).toMatch(/BERT/);
  });

  it("falls when the Fisher is taken away", async () => {
    const params = { ...small, ablate: "uniform" as const, testImages: 300 };
    const { verdict } = await runClaim(claim, { seed: 1, params });
    expect(verdict.outcome).toBe("does not hold");
    expect(verdict.parts.map(({ outcome }) => outcome)).toEqual(Array(3).fill("does not hold"));
    expect(verdict.parts[0]?.measured[0]?.value).toBe(0);
  });

  it("repeats itself for the same seed, and measures every part of the card at full scale", async () => {
    const once = await runClaim(claim, { seed: 5, scale: "full", params: { ...tiny, nearRotations: [] } });
    const again = await runClaim(claim, { seed: 5, scale: "full", params: { ...tiny, nearRotations: [] } });
    expect(again.verdict).toEqual(once.verdict);
    expect(again.tables).toEqual(once.tables);
    expect(once.verdict.parts.map(({ name }) => name)).toEqual(paper.card.claim.parts.map(({ name }) => name));
    expect(Object.keys(once.charts)).toEqual(["accuracy", "gain", "path"]);
  });

  it("shuffles a Fisher without changing its values, and swaps two", () => {
    const fisher = { w: { data: Float32Array.from({ length: 50 }, (_, i) => i), shape: [50] } };
    const [shuffled] = ablated([fisher], "shuffled", new Random(1));
    expect(ablated([fisher, {}], "swapped", new Random(1))).toEqual([{}, fisher]);
    expect(shuffled?.w?.data).not.toEqual(fisher.w.data);
    expect([...(shuffled?.w?.data ?? [])].sort((a, b) => a - b)).toEqual([...fisher.w.data]);
  });
});
