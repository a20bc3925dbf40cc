import { describe, expect, it } from "vitest";
import { runClaim, testRun } from "../../../kit/testing.ts";
import { claim, paperPart } from "./claim.ts";
import { type ModelKind, type Trained, type Training, trainTrial } from "./experiment.ts";
import { theoremTrial } from "./theorem.ts";

const training: Training = {
  task: "outliers",
  kind: "INSET, independent",
  stream: 8,
  trainingSets: 500,
  validationSets: 60,
  testSets: 150,
  epochs: 8,
  batch: 16,
  hidden: 16,
  samples: 2,
  rates: [8e-3],
  steps: [1],
  starts: [0.5],
  ablate: "none",
};
const context = () => {
  const { run } = testRun();
  return { random: run.random, signal: run.signal };
};
const mjc = async (change: Partial<Training>) => (await trainTrial({ ...training, ...change }, context())).best.test;

/** Results of two models of which only the MJC matters. */
function results(inset: number[], base: number[]): Map<ModelKind, Trained[]> {
  const of = (values: number[]): Trained[] =>
    values.map((test) => ({
      best: { rate: 1, steps: 1, start: 0, layers: 0, validation: test, test, thresholded: test },
      candidates: [],
      parameters: 1,
      chance: 0.1,
    }));
  return new Map<ModelKind, Trained[]>([
    ["INSET, independent", of(inset)],
    ["EquiVSet, independent", of(base)],
  ]);
}

describe("claim of neural-subset-selection", () => {
  it("finds INSET ahead in the paper's configuration, and not without the code of the whole set", async () => {
    const [inset, base, ablated] = [
      await mjc({}),
      await mjc({ kind: "EquiVSet, independent" }),
      await mjc({ ablate: "superset" }),
    ];
    expect(inset - base).toBeGreaterThan(0.05);
    expect(ablated - base).toBeLessThan(0.05);
  });

  it("decides by the gain and its interval", () => {
    const outcome = (inset: number[], base: number[]) => paperPart(results(inset, base), "independent").outcome;
    expect(outcome([0.8, 0.82, 0.81], [0.7, 0.71, 0.72])).toBe("holds");
    expect(outcome([0.8, 0.82, 0.81], [0.79, 0.81, 0.8])).toBe("does not hold"); // reliable, and too small
    expect(outcome([0.9, 0.7, 0.8], [0.7, 0.72, 0.71])).toBe("inconclusive");
    expect(outcome([0.7, 0.7, 0.7], [0.8, 0.75, 0.8])).toBe("does not hold");
  });

  it("does not hold when the code of the whole set is taken away, and shows every model", async () => {
    const sizes = { trainingSets: 24, validationSets: 20, testSets: 20, epochs: 1, hidden: 8, samples: 1 };
    const params = { ...sizes, seeds: 2, starts: [0.5], theoremSteps: 20, ablate: "superset" as const };
    const { verdict, tables, charts, notes } = await runClaim(claim, { seed: 31, params });
    expect(verdict.outcome).not.toBe("holds");
    expect(verdict.parts.map(({ name, outcome }) => [name, outcome])).toContainEqual(["theorem", "does not hold"]);
    expect(tables.outliers?.rows.map(({ model }) => model)).toEqual([
      "INSET, independent",
      "EquiVSet, independent",
      "INSET, tuned",
      "EquiVSet, tuned",
      "Deep Sets",
      "items alone",
      "random choice",
    ]);
    expect(Number(tables.outliers?.rows.at(-1)?.mjc)).toBeCloseTo(0.164, 3);
    expect(charts.mjc?.alt).toContain("odd digits");
    expect(notes.length).toBe(1);
  });

  it("sees what the two other tasks ask of single items", async () => {
    const items = { kind: "items alone", samples: 1, batch: 8 } as const;
    expect(await mjc({ ...items, task: "absolute", trainingSets: 120, epochs: 4, testSets: 60 })).toBeGreaterThan(0.45);
    const mixture = {
      ...items,
      task: "mixture",
      trainingSets: 16,
      validationSets: 4,
      testSets: 20,
      epochs: 1,
    } as const;
    expect(await mjc(mixture)).toBeLessThan(0.35); // either side may be the rarer one
  });

  it("explains a value that only the whole set tells, the same for the same seed", async () => {
    const once = () => theoremTrial({ stream: 5, steps: 200, hidden: 12, ablate: false }, context());
    const { withSuperset, alone } = await once();
    expect(withSuperset).toBeGreaterThan(0.8);
    expect(Math.abs(alone)).toBeLessThan(0.1);
    const short = () => theoremTrial({ stream: 5, steps: 5, hidden: 4, ablate: false }, context());
    expect(await short()).toEqual(await short());
  });
});
