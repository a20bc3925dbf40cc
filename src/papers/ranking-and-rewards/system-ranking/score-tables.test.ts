import { describe, expect, it } from "vitest";
import { samplesOf } from "../../../kit/samples.ts";
import { mean } from "../../../kit/stats.ts";
import { applySample } from "../../../kit/testing.ts";
import { bordaRanking } from "./borda.ts";
import { kemenyRanking } from "./kemeny.ts";
import { scoreTables } from "./score-tables.ts";
import { tools } from "./tool.ts";

const [tool] = tools;

describe("score tables", () => {
  // The averages that the sources print: a slip in copying a figure would show here.
  const printed: Record<string, Record<string, number>> = {
    "Long Range Arena": {
      Transformer: 54.39,
      BigBird: 55.01,
      Performer: 51.41,
      "Linear Transformer": 50.55,
      Linformer: 51.36,
    },
    DomainBed: { ERM: 66.6, CORAL: 67.5, MMD: 63.3, IRM: 65.4, GroupDRO: 64.8, ARM: 66.1, VREx: 65.6, MTL: 66.2 },
  };

  it.each(scoreTables)(
    "$title: is whole, and means and ranks order its systems differently",
    ({ title, tasks, systems }) => {
      for (const { scores } of systems) {
        expect(scores).toHaveLength(tasks.length);
        expect(scores.every((score) => score > 0 && score < 100)).toBe(true);
      }
      const means = systems.map(({ scores }) => mean(scores));
      for (const [system, average] of Object.entries(printed[title] ?? {})) {
        expect(Math.abs((means[systems.findIndex((row) => row.system === system)] ?? 0) - average)).toBeLessThan(0.06);
      }
      const { rank } = bordaRanking(systems.map(({ scores }) => [...scores]));
      const disagreements = systems.flatMap((_, i) =>
        systems.filter((__, j) => (means[i] ?? 0) > (means[j] ?? 0) && (rank[i] ?? 0) > (rank[j] ?? 0)),
      );
      expect(disagreements.length).toBeGreaterThan(1);
    },
  );

  it("have three winners on Long Range Arena: by mean, by Borda, by Kemeny", async () => {
    const { systems } = scoreTables.find(({ title }) => title === "Long Range Arena") ?? { systems: [] };
    const scores = systems.map((row) => [...row.scores]);
    const winner = (rank: readonly number[]) => systems[rank.indexOf(Math.min(...rank))]?.system;
    expect(winner(scores.map((row) => -mean(row)))).toBe("BigBird");
    expect(winner(bordaRanking(scores).rank)).toBe("Transformer");
    expect(winner((await kemenyRanking(scores)).rank)).toBe("Performer");
  });

  it("are the tool's sample and examples", async () => {
    expect((await samplesOf(tool)).map(({ title }) => title)).toEqual([undefined, "Long Range Arena", "DomainBed"]);
    expect((await applySample(tool)).summary).toMatch(/15 systems/);
  });
});
