import { describe, expect, it } from "vitest";
import { Random } from "../../../kit/random.ts";
import { runClaim } from "../../../kit/testing.ts";
import { claim } from "./claim.ts";
import { type Ablation, committeeQuality, contradicted, orderError, rankBy } from "./rules.ts";
import { drawOf } from "./suite.ts";
import { drawPanel, drawTable } from "./tables.ts";

const outcomes = (parts: { name: string; outcome: string }[]) =>
  Object.fromEntries(parts.map((part) => [part.name, part.outcome]));

/** Which part falls with which idea. */
const falls: [Ablation, string][] = [
  ["ranks", "outliers"],
  ["consensus", "votes contradicted"],
  ["centre", "all at once"],
  ["floor", "marked down"],
  ["verification", "answers"],
  ["payments", "team"],
];

describe("the comparison of the field", () => {
  it("holds, shows every rule on every table, and repeats itself", async () => {
    const { verdict, tables, charts } = await runClaim(claim, { seed: 31, params: { draws: 300, worlds: 8 } });
    expect(outcomes(verdict.parts)).toEqual(Object.fromEntries(verdict.parts.map(({ name }) => [name, "holds"])));
    expect(verdict.outcome).toBe("holds");
    expect(tables.orders?.rows.map((row) => row.kind)).toEqual(["one unit", "own units", "outliers", "holes"]);
    expect(charts.orders?.alt).toContain("Borda");
    const once = () => runClaim(claim, { seed: 31, params: { draws: 20, worlds: 4 } });
    expect((await once()).verdict).toEqual((await once()).verdict);
  });

  it.each(falls)('without %s the part "%s" falls, and the verdict is another', async (ablate, part) => {
    const { verdict } = await runClaim(claim, { seed: 32, params: { draws: 60, worlds: 4, ablate } });
    expect(outcomes(verdict.parts)[part]).not.toBe("holds");
    expect(verdict.outcome).not.toBe("holds");
  });

  it("without weights, coupled estimation is plain training", async () => {
    const differences = await Promise.all(
      [0, 1, 2, 3].map(async (i) => {
        const draw = await drawOf("pooled labels", new Random(33).fork(i), "weights");
        return (draw["coupled estimation"] ?? 0) - (draw["unjudged as irrelevant"] ?? 0);
      }),
    );
    expect(Math.max(...differences)).toBeLessThan(0.02);
  });
});

describe("the measures", () => {
  it("count wrong pairs and contradicted votes as counting by hand does", () => {
    const world = { truth: [3, 2, 1], scores: [[1], [2], [3]] };
    expect(orderError([1, 2, 3], world)).toBe(0);
    expect(orderError([3, 2, 1], world)).toBe(1);
    expect(orderError([1, 3, 2], world)).toBeCloseTo(1 / 3);
    expect(contradicted([3, 2, 1], world)).toBe(0);
    expect(contradicted([1, 2, 3], world)).toBe(3);
  });

  it("never find a rule that contradicts fewer votes than Kemeny's, nor units that move ranks", async () => {
    for (let i = 0; i < 10; i++) {
      const world = drawTable("outliers", new Random(34).fork(i));
      const votes = async (rule: "mean" | "z-score" | "Borda" | "Kemeny") =>
        contradicted(await rankBy(rule, world.scores, "none"), world);
      const least = await votes("Kemeny");
      for (const rule of ["mean", "z-score", "Borda"] as const) expect(await votes(rule)).toBeGreaterThanOrEqual(least);
      const stretched = world.scores.map((row) => row.map((x, task) => (x === null ? null : x * 10 ** (task - 5))));
      expect(await rankBy("Borda", stretched, "none")).toEqual(await rankBy("Borda", world.scores, "none"));
    }
  });

  it("leave four scores of ten in a table with holes", () => {
    const { scores } = drawTable("holes", new Random(35));
    for (const row of scores) expect(row.filter((x) => x !== null)).toHaveLength(4);
  });

  it("seat the same committee with a floor that does not bind", () => {
    const panel = drawPanel(new Random(36));
    const fair = { ...panel, rankings: [[...panel.truth.keys()].sort((a, b) => (a % 2) - (b % 2) || a - b)] };
    expect(committeeQuality({ ...fair, groups: fair.groups.map(() => 1) }, true)).toBe(committeeQuality(fair, false));
  });
});
