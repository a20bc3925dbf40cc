import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { coresetTool } from "./tool.ts";
import { largeTool } from "./tool-large.ts";

const apply = (content: string | Uint8Array, options = {}, name = "t.csv") =>
  applyTool(coresetTool, toolInput({ data: { [name]: content } }), options);

/** y = 3a − b + noise by a small congruential generator, and a class beside. */
function table(rows: number): string {
  let state = 7;
  const next = (): number => {
    state = (state * 16807) % 2147483647;
    return state / 2147483647;
  };
  const lines = ["a,b,city,y,class"];
  for (let i = 0; i < rows; i++) {
    const [a, b] = [next() * 4 - 2, next() * 2];
    const y = 3 * a - b + 0.3 * (next() - 0.5);
    lines.push(`${a.toFixed(4)},${b.toFixed(4)},Graz,${y.toFixed(4)},${y + next() > 2 ? "high" : "low"}`);
  }
  return `${lines.join("\n")}\n`;
}

describe("auto-coreset coreset", () => {
  it("picks from its sample rows that train nearly as well as all", async () => {
    const { summary, text, tables, charts, notes } = await applySample(coresetTool);
    expect(summary).toMatch(
      /^Picked 1\d\d of 2,100 rows for logistic: the model fitted to them costs [\d.e-]+% more than the one fitted to all \(the best of \d+ random draws by class [\d.e-]+% more\)/,
    );
    const [all, coreset, rival] = tables.compared?.rows ?? [];
    expect(Number(coreset?.error)).toBeLessThan(0.2);
    expect(Number(coreset?.error)).toBeGreaterThanOrEqual(0);
    // The rival may choose by full cost as often as the coreset did.
    expect(rival?.fitted).toBe(`best of ${JSON.parse(text("report.json")).coreset.evaluations} random draws by class`);
    expect(Number(coreset?.error)).toBeLessThan(Number(rival?.error));
    expect(Math.abs(Number(coreset?.score) - Number(all?.score))).toBeLessThan(0.03);
    const rows: string[][] = parse(text("coreset.csv"));
    expect(rows[0]?.slice(-2)).toEqual(["fraud", "weight"]);
    const weights = rows.slice(1).map((row) => Number(row.at(-1)));
    expect(weights.every((weight) => weight > 0)).toBe(true);
    expect(charts.cost?.alt).toMatch(/first 3 come from uniform samples/);
    expect(notes.join()).toMatch(/became 0 and 1 for each kind: country;.* The class that counts as 1 is "yes"\./);
    const report = JSON.parse(text("report.json"));
    expect(report.costs.history).toContain(report.coreset.cost);
    expect(report.models.coreset.coefficients).toHaveLength(report.features.length);
  });

  it.each([
    ["regression", { target: "y", features: "a,b" }, /R² 0\.9\d+ against 0\.9\d+/],
    ["svm", { target: "class" }, /accuracy 0\.\d+ against/],
    ["kmeans", { features: "a,b", k: 4 }, /mean squared distance/],
  ])("fits %s", async (problem, options, told) => {
    const { summary, text } = await apply(table(600), { problem, size: 60, ...options });
    expect(summary).toMatch(told);
    const rows: string[][] = parse(text("coreset.csv"));
    expect(rows.length).toBeLessThanOrEqual(61);
    expect(rows[1]).toHaveLength(6);
  });

  it("reads quoted Unicode headers, line ends of Windows, TSV, and a class as number or text", async () => {
    const base = table(200).split("\n").filter(Boolean);
    const quoted = [`"größe, cm",b,city,y,class`, ...base.slice(1)].join("\r\n");
    const { text } = await apply(quoted, { target: "class", size: 30 });
    expect(parse(text("coreset.csv"))[0]).toContain("größe, cm");
    const tabs = base.map((line) => line.replaceAll(",", "\t")).join("\n");
    expect((await apply(tabs, { target: "class", size: 30, test: 0 }, "t.tsv")).summary).not.toContain("held out");
    const skipped = await apply([...base, "1,,Graz,2,high"].join("\n"), { target: "class", size: 30, missing: "skip" });
    expect(skipped.notes.join()).toContain("1 rows with gaps were skipped");
  });

  it("learns from words of few kinds, and leaves out names that hardly come up twice", async () => {
    const effects = { Graz: 5, Linz: -5, Wien: 0 };
    const lines = table(600)
      .trim()
      .split("\n")
      .slice(1)
      .map((line, i) => {
        const [a, b, , y] = line.split(",");
        const city = (["Graz", "Linz", "Wien"] as const)[i % 3] ?? "Wien";
        // A word that comes up after the columns were settled is of no kind.
        return `${a},${b},${i === 599 ? "Bregenz" : city},row${i},${Number(y) + effects[city]}`;
      });
    const csv = ["a,b,city,name,y", ...lines].join("\n");
    const chosen = { target: "y", problem: "regression", size: 60 } as const;
    const { text, notes, tables } = await apply(csv, chosen);
    expect(JSON.parse(text("report.json")).features).toEqual(["a", "b", "city=Graz", "city=Linz", "city=Wien"]);
    expect(tables.compared?.rows.every((row) => Number(row.score) > 0.98)).toBe(true);
    expect(notes.join()).toMatch(/each kind: city;.*Left out, being neither numbers nor words of few kinds: name\./);
    const without = await apply(csv, { ...chosen, features: ["a", "b"] });
    expect(Number(without.tables.compared?.rows[0]?.score)).toBeLessThan(0.6);
    const streamed = await applyTool(largeTool, toolInput({ data: { "t.csv": csv } }), { ...chosen, chunk: 200 });
    expect(JSON.parse(streamed.text("report.json")).features).toHaveLength(5);
    expect(streamed.notes.join()).toContain("for each kind: city;");
  });

  it("refuses an exact summary that needs more rows than there may be", async () => {
    const exact = { target: "y", problem: "regression", features: "a,b", summary: "caratheodory" };
    await expect(apply(table(200), { ...exact, size: 3 })).rejects.toThrow(/up to 4 points.*may take 3/);
    const { text } = await apply(table(200), { ...exact, size: 4 });
    expect(text("coreset.csv").trim().split("\n").length).toBeLessThanOrEqual(5);
  });

  it.each([
    ["", { target: "y" }, /empty/],
    ["a,y\n", { target: "y" }, /no rows/],
    ["a,y\n1,0\n2,1\n", {}, /--target: no target was named. It is one of the columns of t.csv: a, y/],
    ["a,y\n1,0\n2,1\n", { target: "z" }, /--target: t.csv has no column "z". The columns are a, y/],
    ["a,y\n1,0\n2,1\n", { target: "y", features: "y" }, /"y" is the target/],
    ["a,y\n1,0\n2,0\n", { target: "y" }, /column y: the target has one class only, "0"/],
    ["a,y\n1,0\n2,1\n3,2\n", { target: "y" }, /more than two classes.*--positive/],
    ["a,y\n1,0\n2,1\n3,2\n", { target: "y", positive: "5" }, /no row has the class "5"/],
    ["a,y\n1,0\n2,1\n", { target: "y" }, /--size: a subset of 200 rows was asked for, and there are 2/],
    ["a,y\n1,0\n,1\n", { target: "y", features: "a" }, /t.csv, line 3, column a: the cell is empty.*--missing skip/],
    ["a,y\n1,0\nNaN,1\n", { target: "y", features: "a" }, /line 3, column a: the cell is empty/],
    ["a,y\n1,0\n1e999,1\n", { target: "y", features: "a" }, /line 3, column a: "1e999" is not a finite number/],
    ["a,y\n1,0\n1e308,1\n", { target: "y", features: "a" }, /line 3, column a: 1e\+308 is too large.*missing value/],
    ["a,y\n1,0\n2,-1e200\n", { target: "y", problem: "regression" }, /line 3, column y: -1e\+200 is too large/],
    ["a,y\nx,0\nz,1\n", { target: "y" }, /no column but the target has numbers/],
    ["a,weight\n1,0\n2,1\n", { target: "weight" }, /has a column "weight" already/],
    ["a,y\n1,0\n2,1\n", { target: "y", problem: "regression", features: "b" }, /--features: t.csv has no column "b"/],
  ])("refuses %j with %j", async (csv, options, message) => {
    await expect(apply(csv, options)).rejects.toThrow(message);
  });

  it("answers any bytes with a result or a clear refusal, and opens no output when it refuses", async () => {
    const cell = fc.constantFrom("a", "1", "-2.5", "", "NaN", "inf", '"', "1e308", "-1e308", "0");
    const csvLike = fc
      .array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 6 })
      .map((rows) => ["a,b,y", ...rows.map((row) => row.join(","))].join("\n"));
    const bytes = fc.oneof(
      csvLike.map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(
        bytes,
        fc.constantFrom("s.csv", "s.tsv", "s.jsonl", "s.parquet"),
        fc.constantFrom("logistic", "svm", "regression", "kmeans"),
        fc.constantFrom("refuse", "skip"),
        async (content, name, problem, missing) => {
          try {
            const { outputs } = await apply(content, { target: "y", problem, missing, size: 2, test: 0, k: 2 }, name);
            expect(Object.keys(outputs)).toEqual(["coreset.csv", "report.json"]);
          } catch (error) {
            if (!isBadInput(error)) throw error;
          }
        },
      ),
      { numRuns: 200 },
    );
  });
});
