import { describe, expect, it } from "vitest";
import { runClaim, testRun } from "../../../kit/testing.ts";
import { claim, paperPart } from "./claim.ts";
import { type ModelKind, type Trained, type Training, trainTrial } from "./experiment.ts";
import { startNote } from "./start-note.ts";
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
  it("decides by the gain and its interval", () => {
    const outcome = (inset: number[], base: number[]) => paperPart(results(inset, base), "independent").outcome;
    expect(outcome([0.8, 0.82, 0.81], [0.7, 0.71, 0.72])).toBe("holds");
    expect(outcome([0.8, 0.82, 0.81], [0.79, 0.81, 0.8])).toBe("does not hold"); // reliable, and too small
    expect(outcome([0.9, 0.7, 0.8], [0.7, 0.72, 0.71])).toBe("inconclusive");
    expect(outcome([0.7, 0.7, 0.7], [0.8, 0.75, 0.8])).toBe("does not hold");
  });

  it("finds INSET ahead in the paper's configuration, and not without the code of the whole set", async () => {
    const { trainingSets, validationSets, testSets, epochs, batch, hidden, samples } = training;
    const sizes = { trainingSets, validationSets, testSets, epochs, batch, hidden, samples };
    const once = (ablate: "none" | "superset") =>
      runClaim(claim, { seed: 31, params: { ...sizes, seeds: 3, starts: [0.5], theoremSteps: 200, ablate } });
    const outcomes = ({ verdict }: Awaited<ReturnType<typeof once>>) =>
      Object.fromEntries(verdict.parts.map(({ name, outcome }) => [name, outcome]));
    const whole = await once("none");
    expect(outcomes(whole)).toMatchObject({ "paper configuration": "holds", theorem: "holds" });
    const without = await once("superset");
    expect(outcomes(without)).toMatchObject({ theorem: "does not hold" });
    expect(outcomes(without)["paper configuration"]).not.toBe("holds");
    const { tables, charts, notes } = whole;
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

  it("says what this run found of the base and its start, whichever way it came out", () => {
    const of = (tests: number[][]): Trained[] =>
      tests.map(([low = 0, high = 0]) => {
        const at = (start: number, test: number) => ({
          ...{ rate: 1, steps: 1, start, layers: 0, validation: test, test, thresholded: test },
        });
        return { best: at(0.5, high), candidates: [at(0, low), at(0.5, high)], parameters: 1, chance: 0.1 };
      });
    const note = (base: number[][], tunedBase: number[][]) =>
      startNote(
        new Map<ModelKind, Trained[]>([
          [
            "INSET, independent",
            of([
              [0, 0.8],
              [0, 0.82],
              [0, 0.81],
            ]),
          ],
          ["EquiVSet, independent", of(base)],
          [
            "INSET, tuned",
            of([
              [0.79, 0.8],
              [0.8, 0.82],
              [0.8, 0.81],
            ]),
          ],
          ["EquiVSet, tuned", of(tunedBase)],
        ]),
      );
    const usual = note(
      [
        [0, 0.6],
        [0, 0.61],
        [0, 0.62],
      ],
      [
        [0.6, 0.81],
        [0.61, 0.82],
        [0.6, 0.8],
      ],
    );
    expect(usual).toMatch(/started from it, INSET is ahead of it .*both tuned, INSET cannot be told from it/);
    expect(usual).toMatch(/INSET gains 0.013 and the base 0.207/);
    expect(
      note(
        [
          [0, 0.9],
          [0, 0.91],
          [0, 0.92],
        ],
        [
          [0, 0.9],
          [0, 0.91],
          [0, 0.92],
        ],
      ),
    ).toMatch(/is behind it.*is behind it/);
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
