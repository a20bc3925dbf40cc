import { describe, expect, it } from "vitest";
import { runClaim, testRun } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import { type Training, trainTrial } from "./experiment.ts";
import { theoremTrial } from "./theorem.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((p) => [p.name, p.outcome]));
const small = {
  trainingSets: 500,
  validationSets: 60,
  testSets: 150,
  epochs: 10,
  hidden: 24,
  samples: 2,
  rates: [8e-3],
  steps: [1],
  starts: [0.5],
};
const context = () => {
  const { run } = testRun();
  return { random: run.random, signal: run.signal };
};

describe("claim of neural-subset-selection", () => {
  it("finds INSET ahead in the paper's configuration", async () => {
    const { verdict, tables, charts } = await runClaim(claim, { seed: 31, params: { ...small, seeds: 3 } });
    expect(outcomes(verdict.parts)).toMatchObject({ "paper configuration": "holds", theorem: "holds" });
    expect(tables.outliers?.rows.length).toBe(7);
    const mjc = Object.fromEntries((tables.outliers?.rows ?? []).map((row) => [row.model, Number(row.mjc)]));
    expect(mjc["items alone"]).toBeLessThan(0.35);
    expect(mjc["random choice"]).toBeCloseTo(0.157, 2);
    expect(charts.mjc?.alt).toContain("odd digits");
  });

  it("does not when the code of the whole set is taken away", async () => {
    const params = { ...small, seeds: 2, trainingSets: 200, testSets: 100, epochs: 4, ablate: "superset" as const };
    const { verdict } = await runClaim(claim, { seed: 31, params });
    expect(outcomes(verdict.parts)["paper configuration"]).not.toBe("holds");
    expect(outcomes(verdict.parts).theorem).toBe("does not hold");
    expect(verdict.outcome).not.toBe("holds");
  });

  it("trains on the two other tasks, and finds what a single item tells", async () => {
    const training: Training = {
      ...small,
      batch: 8,
      stream: 3,
      ablate: "none",
      kind: "items alone",
      task: "absolute",
    };
    const absolute = await trainTrial({ ...training, trainingSets: 150, epochs: 4 }, context());
    expect(absolute.best.test).toBeGreaterThan(0.7);
    const mixture = await trainTrial(
      { ...training, task: "mixture", trainingSets: 20, testSets: 20, epochs: 1 },
      context(),
    );
    expect(mixture.best.test).toBeLessThan(0.3); // either side may be the rarer one
    expect(mixture.chance).toBeCloseTo(0.054, 2);
  });

  it("gives the same numbers for the same seed", async () => {
    const once = () => theoremTrial({ stream: 5, steps: 20, hidden: 8, ablate: false }, context());
    expect(await once()).toEqual(await once());
  });
});
