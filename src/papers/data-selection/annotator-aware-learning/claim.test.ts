import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import { drawScenario, scenarioNames } from "./scenarios.ts";
import { whatPays } from "./what-pays.ts";

const few = { tuningSeeds: 2, otherSeeds: 0 };
const outcome = (parts: { name: string; outcome: string }[], name: string) =>
  parts.find((part) => part.name === name)?.outcome;

describe("claim of annotator-aware-learning", () => {
  it("holds with annotators chosen, and not on the same problems without", async () => {
    const once = (ablate: "none" | "annotators") => runClaim(claim, { seed: 5, params: { ...few, seeds: 12, ablate } });
    const { verdict, tables, charts } = await once("none");
    expect(verdict.parts.map(({ name }) => name)).toEqual(["unit cost", "priced", "relabel or new"]);
    expect(outcome(verdict.parts, "unit cost")).toBe("holds");
    expect(outcome((await once("annotators")).verdict.parts, "unit cost")).not.toBe("holds");
    expect(tables.arms?.rows.length).toBe(11);
    expect(charts.curves?.alt).toContain("cost paid");
  });

  it("is repeatable", async () => {
    const once = () => runClaim(claim, { seed: 3, params: { ...few, seeds: 3 } });
    expect((await once()).verdict).toEqual((await once()).verdict);
  });

  it("says what pays by the intervals of the run, whichever way they lie", () => {
    const interval = (low: number, high: number) => ({ value: (low + high) / 2, low, high, n: 3, level: 0.95 });
    const [low, middle, high] = [
      [0.8, 0.81, 0.8],
      [0.9, 0.91, 0.91],
      [0.95, 0.96, 0.955],
    ];
    const usual = whatPays({
      ...{ aware: high, sameModel: middle, majority: low },
      ...{ priced: interval(-0.02, 0.01), relabel: interval(0.01, 0.03) },
    });
    expect(usual).toMatch(/asked at random, gains 10.3 points .*ahead in 3 of 3 problems.*accuracy of 0.950/);
    expect(usual).toMatch(
      /paid for, the choice makes no difference beyond chance .*new items, gains 2.0 points \[1.0, 3.0\]/,
    );
    const other = whatPays({
      ...{ aware: low, sameModel: middle, majority: high },
      ...{ priced: interval(-0.03, -0.01), relabel: interval(-0.01, 0.01) },
    });
    expect(other).toMatch(/asked at random, loses .*as well loses .*0 of 3 problems.*the choice loses 2.0 points/);
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
