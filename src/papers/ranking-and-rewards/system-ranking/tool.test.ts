import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
const apply = (content: string | Uint8Array, options = {}, name = "s.csv") =>
  applyTool(tool, toolInput({ scores: { [name]: content } }), { bootstrap: 20, ...options });

describe("system-ranking rank", () => {
  it("ranks its sample: VECO+HICTL third by consensus, behind InfoXLM-XFT by mean only", async () => {
    const { summary, text, tables, charts } = await applySample(tool);
    expect(summary).toMatch(/^Ranked 15 systems on 4 tasks/);
    expect(text("ranking.csv").split("\n")[0]).toBe(
      "system,mean,mean_score,zscore,zscore_score,borda,borda_score,kemeny,kemeny_score,rank_low,rank_high,win_probability",
    );
    const rows = tables.ranking?.rows ?? [];
    const row = (system: string) => rows.find((r) => r.system === system);
    expect(row("VECO+HICTL")?.borda).toBeLessThan(Number(row("InfoXLM-XFT")?.borda));
    expect(charts.intervals?.alt).toContain("15 systems");
  });

  it("gives the exact output of a tiny table, best first, lower-is-better by header or flag", async () => {
    const csv = "model,acc,ppl:lower\nslow,0.9,10\nfast,0.8,30\n";
    const expected = "system,borda,borda_score\nslow,1,2\nfast,2,4\n";
    expect((await apply(csv, { rule: "borda", bootstrap: 0 })).text("ranking.csv")).toBe(expected);
    const flagged = await apply(csv.replace(":lower", ""), { rule: "borda", bootstrap: 0, lower: "ppl" });
    expect(flagged.text("ranking.csv")).toBe(expected);
  });

  it("reads long tables in two levels", async () => {
    const lines = ["system,task,instance,score"];
    for (const [system, good] of [
      ["a", 1],
      ["b", 0],
    ] as const) {
      lines.push(`${system},short,0,${good}`, `${system},other,0,${good}`);
      for (let i = 0; i < 9; i++) lines.push(`${system},long,${i},${1 - good}`);
    }
    const csv = `${lines.join("\n")}\n`;
    expect((await apply(csv, { rule: "borda", level: "two" })).summary).toContain("first by borda is a");
    expect((await apply(csv, { rule: "borda", level: "one" })).summary).toContain("first by borda is b");
  });

  it("compares systems with missing scores on what they share", async () => {
    const { tables } = await apply("s,x,y\na,3,\nb,2,2\nc,1,1\n");
    expect(tables.ranking?.rows.map((row) => row.system)).toEqual(["a", "b", "c"]);
  });

  it.each([
    ["s,x\na,1\n", /two or more systems/],
    ["s\na\nb\n", /one column/],
    ["s,x\na,1\na,2\n", /line 3, column s: the system "a" stands on line 2 already/],
    ["s,x\na,1\nb,oops\n", /line 3, column x: "oops" is not a finite number/],
    ["s,x\na,1\nb,1e999\n", /line 3, column x: "1e999" is not a finite number/],
    ["s,x,y\na,1,\nb,2,\n", /column y: no system has a score/],
    ["s,x,y\na,1,\nb,,2\n", /shares no task/],
    ["system,task,instance,score\na,t,1,1\na,t,1,2\nb,t,1,1\n", /line 3: this system, task and instance/],
    ["", /empty/],
  ])("refuses %j", async (csv, message) => {
    await expect(apply(csv)).rejects.toThrow(message);
  });

  it("refuses a task that --lower names and the table lacks", async () => {
    await expect(apply("s,x\na,1\nb,2\n", { lower: "z" })).rejects.toThrow(/--lower: there is no task "z".*x/);
  });

  it("answers any bytes with a result or a clear refusal, and opens no output when it refuses", async () => {
    const csvLike = fc
      .array(
        fc.array(fc.constantFrom("a", "b", "1", "2.5", "", "NaN", "inf", '"', "1e308", "-1e308"), { maxLength: 4 }),
        { maxLength: 5 },
      )
      .map((rows) => rows.map((row) => row.join(",")).join("\n"));
    const bytes = fc.oneof(
      csvLike.map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, fc.constantFrom("s.csv", "s.tsv", "s.jsonl", "s.parquet"), async (content, name) => {
        try {
          const { outputs } = await apply(content, { bootstrap: 2 }, name);
          expect(Object.keys(outputs)).toEqual(["ranking.csv"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 300 },
    );
  });
});
