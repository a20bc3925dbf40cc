import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import {
  alongCheckpoints,
  createLab,
  mainRegime,
  methods,
  quality,
  settingsOf,
  trained,
  usualRecipe,
} from "./experiment.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));
const few = { seeds: 3, queries: 250, tuningSeeds: 0 };

describe("claim of pooling-bias", () => {
  it("holds on strong negatives of a biased pool", async () => {
    const params = { seeds: 5, queries: 800, tuningSeeds: 0 };
    const { verdict, tables, charts } = await runClaim(claim, { seed: 61, params });
    expect(outcomes(verdict.parts)).toMatchObject({
      "more false negatives": "holds",
      "correction helps": "holds",
      "against denoising": "holds",
      audit: "holds",
    });
    expect(outcomes(verdict.parts)["strong negatives hurt"]).not.toBe("does not hold"); // five worlds rarely settle it
    expect(Object.keys(tables)).toEqual(["methods", "close"]);
    const ndcg = tables.methods?.rows.map((row) => Number(row.ndcg)) ?? [];
    expect(Math.max(...ndcg)).toBe(ndcg[methods.indexOf("oracle")]);
    expect(charts.methods?.alt).toContain("coupled estimation");
  });

  it("loses the correction when all negatives weigh alike", async () => {
    const { verdict } = await runClaim(claim, { seed: 62, params: { ...few, ablate: "weights" } });
    expect(verdict.outcome).not.toBe("holds");
    expect(outcomes(verdict.parts)["correction helps"]).toBe("does not hold");
  });

  it("loses the correction when both models see the same features", async () => {
    const { verdict } = await runClaim(claim, { seed: 62, params: { ...few, ablate: "features" } });
    expect(verdict.outcome).not.toBe("holds");
    // Three worlds leave the size of the harm open, not its sign.
    expect(outcomes(verdict.parts)["correction helps"]).not.toBe("holds");
    expect(verdict.parts.find(({ name }) => name === "correction helps")?.measured.at(-1)?.value).toBeLessThan(0);
  });

  it("has nothing to correct when every relevant document is labelled; the same seed gives the same numbers", async () => {
    const once = () => runClaim(claim, { seed: 63, params: { ...few, queries: 50, ablate: "pooling" } });
    const { verdict } = await once();
    expect(outcomes(verdict.parts)["more false negatives"]).toBe("does not hold");
    expect(verdict.outcome).not.toBe("holds");
    expect((await once()).verdict).toEqual(verdict);
  });
});

it("judges a training at its checkpoints as if it had stopped there, and every method has as many settings", () => {
  const lab = createLab({ regime: mainRegime, queries: 50, ablate: "none", random: new Random(65) });
  for (const method of methods) {
    expect(settingsOf(method).length).toBe(6);
    const { setting } = usualRecipe(method);
    const stopped = quality(lab, trained(lab, method, { setting, updates: 125 }).relevance).ndcg;
    expect(alongCheckpoints(lab, method, setting)[0]).toBe(stopped);
  }
});
