import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { memoryFile } from "../../../kit/files.ts";
import { applySample, applyTool } from "../../../kit/testing.ts";
import { bordaRanking } from "./borda.ts";
import { rankLargeTable } from "./large-borda.ts";
import { meanRanking } from "./mean.ts";
import { largeTool } from "./tool-large.ts";

const csv = (header: string[], rows: readonly (readonly (string | number | null)[])[]): string =>
  `${[header, ...rows].map((row) => row.map((cell) => cell ?? "").join(",")).join("\n")}\n`;

describe("a table that does not fit into memory", () => {
  it("is ranked as one that does, whatever the memory", async () => {
    const table = fc.array(fc.array(fc.integer({ min: -5, max: 5 }), { minLength: 5, maxLength: 5 }), {
      minLength: 2,
      maxLength: 9,
    });
    await fc.assert(
      fc.asyncProperty(table, fc.integer({ min: 1, max: 500 }), async (scores, memory) => {
        const file = memoryFile(
          "t.csv",
          csv(
            ["system", "a", "b:lower", "c", "d", "e"],
            scores.map((row, i) => [`s${i}`, ...row]),
          ),
        );
        const { borda, mean, passes } = await rankLargeTable(file, { lower: ["d"], memory });
        const directions = ["higher", "lower", "higher", "lower", "higher"] as const;
        expect(borda).toEqual(bordaRanking(scores, { directions }));
        expect(mean.order).toEqual(meanRanking(scores, { directions }).order);
        expect(passes).toBe(Math.ceil(5 / Math.max(1, Math.min(5, Math.floor(memory / (8 * scores.length))))));
      }),
      { numRuns: 60 },
    );
  });

  it("is refused by place when a score is missing, is no number, or a system stands twice", async () => {
    const refused = (text: string) => applyTool(largeTool, { scores: [memoryFile("t.csv", text)] });
    await expect(
      refused(
        csv(
          ["system", "a"],
          [
            ["x", 1],
            ["y", null],
          ],
        ),
      ),
    ).rejects.toThrow("t.csv, line 3, column a: the score is missing");
    await expect(
      refused(
        csv(
          ["system", "a"],
          [
            ["x", 1],
            ["y", "tall"],
          ],
        ),
      ),
    ).rejects.toThrow('t.csv, line 3, column a: "tall" is not a finite number');
    await expect(
      refused(
        csv(
          ["system", "a"],
          [
            ["x", 1],
            ["x", 2],
          ],
        ),
      ),
    ).rejects.toThrow('t.csv, line 3: the system "x" stands above already');
    await expect(refused(csv(["system"], [["x"], ["y"]]))).rejects.toThrow("the table has no task");
    await expect(refused("")).rejects.toThrow("the file is empty");
    await expect(refused(csv(["system", "a"], [["x", 1]]))).rejects.toThrow("two or more systems");
  });

  it("shows itself on a sample", async () => {
    const { summary, text } = await applySample(largeTool);
    expect(summary).toBe(
      "Ranked 11 systems on 5 tasks in one reading: first by Borda is Transformer, by the mean BigBird.",
    );
    expect(text("ranking.csv").split("\n")[1]).toMatch(/^Transformer,1,18,2,54\.38/);
  });
});
