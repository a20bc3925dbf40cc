import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import { applyTaskVectors, taskArithmetic } from "../task-vectors.ts";
import paper from "./card.ts";
import { claim } from "./claim.ts";
import { learn, overstated, setUp, withoutLabels } from "./experiment.ts";

/** Quick, with a smaller network, less training, and fewer images to score. */
const small = {
  seeds: 3,
  width: 96,
  ancestorSteps: 100,
  expertSteps: 120,
  steps: 60,
  learningRate: 0.02,
  poolImages: 300,
  heldOutImages: 50,
  validationImages: 100,
  gridPoints: 11,
};
const tiny = {
  ...small,
  width: 16,
  ancestorSteps: 2,
  expertSteps: 2,
  steps: 3,
  gridPoints: 2,
  poolImages: 60,
  validationImages: 50,
  expertImages: 60,
};
const settings = { ...claim.params.parse({ ...tiny, expertSteps: 10, steps: 6 }), ablate: "none" as const };

describe("the claim of AdaMerging", () => {
  it("holds at quick scale, with tables and charts that say what was measured", async () => {
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 1, params: small });
    expect(verdict.parts.map(({ name }) => name)).toEqual(["uneven experts"]);
    expect(verdict.outcome).toBe("holds");
    expect(verdict.parts[0]?.measured[0]?.low).toBeGreaterThan(0.005);
    expect(tables.comparison?.rows.map(({ method }) => method)).toContain("AdaMerging, layer-wise");
    expect(Object.keys(charts)).toEqual(["accuracy", "coefficients", "entropy"]);
    expect(charts.coefficients?.alt).toMatch(/task 4 \(blown up\) 0\.[01]/);
    expect(notes.join()).toMatch(/CLIP/);
  });

  it("falls when the coefficients stay where they start", async () => {
    const { verdict } = await runClaim(claim, {
      seed: 1,
      params: { ...small, ablate: "fixed" },
    });
    expect(verdict.outcome).toBe("does not hold");
    expect(verdict.parts[0]?.measured[2]).toMatchObject({ value: 0, low: 0, high: 0 });
  });

  it("repeats itself for the same seed, and measures every part of the card at full scale", async () => {
    const once = await runClaim(claim, { seed: 5, scale: "full", params: tiny });
    const again = await runClaim(claim, { seed: 5, scale: "full", params: tiny });
    expect(again.verdict).toEqual(once.verdict);
    expect(again.tables).toEqual(once.tables);
    expect(once.verdict.parts.map(({ name }) => name)).toEqual(paper.card.claim.parts.map(({ name }) => name));
    expect(once.tables.comparison?.rows).toHaveLength(22);
    expect(once.charts.correlation?.alt).toMatch(/Spearman's correlation over samples is/);
  });

  it("adapts without labels: other labels of the pool change nothing that is learnt", async () => {
    const bench = await setUp(settings, new Random(3));
    const vectors = overstated(bench.vectors, 3);
    const once = await learn(bench, vectors, "layer", "adapt");
    const blind = { ...bench, pool: bench.pool.map((task) => ({ ...task, labels: task.labels.map(() => 0) })) };
    const again = await learn(blind, vectors, "layer", "adapt");
    expect(again.lambda).toEqual(once.lambda);
    expect(again.params).toEqual(once.params);
    expect(withoutLabels(bench.pool).every((task) => !("labels" in task))).toBe(true);
    const fixed = await learn({ ...bench, settings: { ...settings, ablate: "fixed" } }, vectors, "layer", "adapt");
    expect(fixed.params).toEqual(taskArithmetic(bench.pretrained, vectors, Math.fround(0.3)));
    const swapped = await learn({ ...bench, settings: { ...settings, ablate: "swapped" } }, vectors, "task", "adapt");
    const turned = [3, 0, 1, 2].map((k) => swapped.lambda[k]?.[0] ?? Number.NaN);
    expect(swapped.params).toEqual(applyTaskVectors(bench.pretrained, vectors, turned));
  });
});
