import { parse } from "csv-parse/sync";
import fc from "fast-check";
import { parquetWriteBuffer } from "hyparquet-writer";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { paymentsCsv } from "./sample.ts";
import { largeTool } from "./tool-large.ts";

const apply = (content: string | Uint8Array, options = {}, name = "t.csv") =>
  applyTool(largeTool, toolInput({ data: { [name]: content } }), options);

describe("auto-coreset large", () => {
  it("picks rows of its sample, with weights that add up and a certificate", async () => {
    const { summary, text, tables, charts, notes } = await applySample(largeTool);
    expect(summary).toMatch(
      /^Picked 1\d\d of 3,000 rows for logistic: at 20 held-out models .* off by [\d.]+% on average/,
    );
    const rows: Record<string, string>[] = parse(text("coreset.csv"), { columns: true });
    const source = new Set(paymentsCsv().split("\n"));
    let weights = 0;
    for (const { weight, ...cells } of rows) {
      weights += Number(weight);
      expect(source).toContain(Object.values(cells).join(","));
    }
    expect(weights / 3000).toBeGreaterThan(0.7);
    expect(weights / 3000).toBeLessThan(1.4);
    expect(tables.certificate?.rows).toHaveLength(7);
    expect(charts.certificate?.alt).toMatch(/20 held-out models/);
    expect(notes.join()).toContain("10 chunks were summarised and merged in 4 levels");
    const report = JSON.parse(text("report.json"));
    expect(report.certificate.largest).toBeLessThan(0.6);
    expect(report.tree.mostRowsHeld).toBeLessThanOrEqual(3000 * 4);
  });

  it("gives the same from Parquet as from CSV, whatever the row groups", async () => {
    const rows: Record<string, string>[] = parse(paymentsCsv(900), { columns: true });
    const names = ["amount", "night", "distance_km", "fraud"];
    const csv = [names, ...rows.map((row) => names.map((name) => row[name]))]
      .map((cells) => cells.join(","))
      .join("\n");
    const buffer = parquetWriteBuffer({
      columnData: names.map((name) => ({
        name,
        data: rows.map((row) => (name === "fraud" ? (row[name] ?? "") : Number(row[name]))),
        type: name === "fraud" ? ("STRING" as const) : ("DOUBLE" as const),
      })),
      rowGroupSize: 250,
    });
    const options = { target: "fraud", size: 60, chunk: 200, queries: 4 };
    const fromCsv = await apply(csv, options);
    const fromParquet = await apply(new Uint8Array(buffer), options, "t.parquet");
    const told = (applied: typeof fromCsv) => JSON.parse(applied.text("report.json")).certificate;
    expect(told(fromParquet)).toEqual(told(fromCsv));
  });

  it.each([
    ["regression", { target: "amount" }],
    ["kmeans", { k: 3, target: "fraud" }],
    ["svm", { target: "fraud", final: "unbiased" }],
  ])("fits %s", async (problem, options) => {
    const { summary, text } = await apply(paymentsCsv(400), { problem, size: 50, chunk: 100, queries: 3, ...options });
    expect(summary).toContain(`rows for ${problem}`);
    expect(parse(text("coreset.csv")).length).toBeLessThanOrEqual(51);
  });

  it.each([
    ["", { target: "y" }, /empty/],
    ["a,y\n", { target: "y" }, /no rows/],
    ["a,y\n1,0\n2,1\n", {}, /--target: no target was named/],
    ["a,y\n1,0\n2,0\n", { target: "y" }, /one class only, "0"/],
    ["a,y\n1,0\n2,1\n", { target: "y" }, /--size: a subset of 500 rows was asked for, and there are 2/],
    [`a,y\n${"1,0\n".repeat(250)}x,1\n`, { target: "y" }, /t.csv, line 252, column a: "x" is not a finite number/],
    [`a,y\n${"1,0\n".repeat(250)},1\n`, { target: "y" }, /line 252, column a: the cell is empty/],
    ["a,y\n1,0\n,1\n", { target: "y", features: "a", missing: "skip" }, /one class only/],
    ["a,y\n,0\n,1\n", { target: "y", features: "a", missing: "skip" }, /every row has a gap/],
  ])("refuses %#", async (csv, options, message) => {
    await expect(apply(csv, options)).rejects.toThrow(message);
  });

  it("refuses what can be read once only", async () => {
    const stream = { ...memoryFile("stdin.csv", "a,y\n1,0\n2,1\n"), seekable: false };
    await expect(applyTool(largeTool, { data: [stream] }, { target: "y" })).rejects.toThrow("Save it to a file first");
  });

  it("answers any bytes with a result or a clear refusal, and opens no output when it refuses", async () => {
    const cell = fc.constantFrom("a", "1", "-2.5", "", "NaN", '"', "1e308", "0", "3");
    const csvLike = fc
      .array(fc.array(cell, { minLength: 1, maxLength: 3 }), { maxLength: 8 })
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
        async (content, name, problem) => {
          try {
            const options = { target: "y", problem, missing: "skip", size: 2, k: 2, chunk: 10, queries: 2 };
            const { outputs } = await apply(content, options, name);
            expect(Object.keys(outputs)).toEqual(["coreset.csv", "report.json"]);
          } catch (error) {
            if (!isBadInput(error)) throw error;
          }
        },
      ),
      { numRuns: 150 },
    );
  });
});
