import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import { drawScenario, scenarioNames } from "./scenarios.ts";

const few = { seeds: 6, tuningSeeds: 2, otherSeeds: 0 };
const outcome = (parts: { name: string; outcome: string }[], name: string) =>
  parts.find((part) => part.name === name)?.outcome;

describe("claim of annotator-aware-learning", () => {
  it("compares the arms problem by problem, and the model of the annotators pays", async () => {
    const { verdict, tables, charts } = await runClaim(claim, { seed: 2, params: few });
    const [, versusModel, versusTriple] = verdict.parts[0]?.measured ?? [];
    expect(verdict.parts.map(({ name }) => name)).toEqual(["unit cost", "priced", "relabel or new"]);
    expect(verdict.parts[0]?.measured[0]?.low).toBeGreaterThan(0);
    expect(versusModel?.value).toBeGreaterThan(0);
    expect(versusTriple?.value).toBeGreaterThan(0);
    expect(tables.arms?.rows.length).toBe(11);
    expect(charts.curves?.alt).toContain("cost paid");
  });

  it("flips when annotators are no longer chosen, and is repeatable", async () => {
    const once = () => runClaim(claim, { seed: 3, params: { ...few, seeds: 3, ablate: "annotators" } });
    const { verdict } = await once();
    expect(outcome(verdict.parts, "unit cost")).toBe("does not hold");
    expect((await once()).verdict).toEqual(verdict);
  });
});

describe("scenarios", () => {
  it.each(scenarioNames)("%s: a pool and clean test data of the same kind, and five annotators", async (name) => {
    const { pool, test, classes, accuracies, prices } = await drawScenario(name, new Random(4));
    expect([pool.labels.length, test.labels.length, accuracies.length, prices.length]).toEqual([400, 1500, 5, 5]);
    expect(new Set([...pool.labels, ...test.labels]).size).toBe(classes);
    expect(pool.features.values.length).toBe(400 * pool.features.width);
  });
});
