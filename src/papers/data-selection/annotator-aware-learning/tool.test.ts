import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [consensus, next] = tools;
type Files = Record<string, string | Uint8Array>;
const agree = (answers: Files, options = {}, gold: Files = {}) =>
  applyTool(consensus, toolInput({ answers, gold }), options);
const ask = (files: Record<string, Files>, options = {}) => applyTool(next, toolInput(files), options);
const lines = (text: string) => text.trim().split("\n");

describe("annotator-aware-learning consensus", () => {
  it("weighs the answers of its sample and finds the careful annotator", async () => {
    const { summary, text, tables, charts } = await applySample(consensus);
    expect(summary).toMatch(/^Weighed \d+ answers of 5 annotators about 150 items into 3 classes: \d+ labels differ/);
    expect(summary).toContain("most reliable annotator is Ada");
    expect(lines(text("consensus.csv")).length).toBe(151);
    expect(lines(text("consensus.csv"))[0]).toBe("item,label,confidence,answers,p_bird,p_cat,p_dog");
    expect(tables.annotators?.rows.map(({ annotator }) => annotator)[0]).toBe("Ada");
    expect(charts.annotators?.alt).toContain("5 annotators");
  });

  it("writes what majority gives, with classes in natural order and answers counted", async () => {
    const csv = "item,annotator,label\r\nx,a,10\r\nx,b,10\r\nx,c,9\r\ny,a,9\r\ny,b,?\r\nz,c,\r\n";
    const { text, outputs } = await agree({ "a.csv": csv }, { model: "majority" });
    expect(lines(text("consensus.csv"))).toEqual([
      "item,label,confidence,answers,p_9,p_10",
      "x,10,0.666667,3,0.333333,0.666667",
      "y,9,1,1,1,0",
      "z,,0.5,0,0.5,0.5",
    ]);
    expect(Object.keys(outputs)).toEqual(["consensus.csv", "annotators.csv"]);
  });

  it("reads other column names, quotes, Unicode, tabs and confidences, and adds confusion matrices", async () => {
    const more = Array.from(
      { length: 8 },
      (_, i) => `${i}\ta\t${i % 2 ? "ja" : "nein"}\t\n${i}\tb\t${i % 2 ? "ja" : "nein"}\t\n`,
    );
    const tsv = `Bild\tWer\tSagt\tsure\n"Ö, 1"\ta\tja\t1\n"Ö, 1"\tb\tnein\t0\nß\ta\tnein\t0.9\n${more.join("")}`;
    const columns = { item: "Bild", annotator: "Wer", label: "Sagt", confidence: "sure" };
    const { text } = await agree({ "a.tsv": tsv }, { ...columns, model: "dawid-skene" });
    expect(lines(text("consensus.csv"))[1]).toMatch(/^"Ö, 1",ja,0\.[78]\d*,1,/);
    expect(lines(text("confusion.csv")).length).toBe(1 + 2 * 4);
  });

  it("takes known labels for certain", async () => {
    const csv = "item,annotator,label\nx,a,1\nx,b,1\ny,a,0\ny,b,1\nz,a,1\nz,b,0\n";
    const gold = { "g.csv": "item,label\nx,0\nother,1\n" };
    const { text, summary, notes } = await agree({ "a.csv": csv }, {}, gold);
    expect(lines(text("consensus.csv"))[1]).toMatch(/^x,0,1,2,1,0/);
    expect(summary).toContain("with 1 known label:");
    expect(notes.join(" ")).toContain("1 known label is of items");
  });

  it.each(["one-coin", "dawid-skene", "majority"])(
    "%s takes a known label over every answer, or without one",
    async (model) => {
      const csv = "item,annotator,label\nx,a,1\nx,b,1\ny,a,0\ny,b,1\nz,a,?\n";
      const { text, tables } = await agree({ "a.csv": csv }, { model }, { "g.csv": "item,label\nx,0\nz,1\n" });
      const rows = lines(text("consensus.csv"));
      expect(rows[1]).toBe("x,0,1,2,1,0");
      expect(rows[3]).toBe("z,1,1,0,0,1");
      expect(tables.annotators?.rows.every(({ accuracy }) => Number(accuracy) < 0.9)).toBe(true);
    },
  );

  it.each([
    ["item,label\nx,2\n", /g\.csv, line 2, column label: no answer has the label "2". Write it as/],
    ["item,label\nx,1\nx,0\n", /line 3, column label: the item "x" has another known label already/],
  ])("refuses known labels %j", async (gold, message) => {
    const csv = "item,annotator,label\nx,a,1\nx,b,0\n";
    await expect(agree({ "a.csv": csv }, {}, { "g.csv": gold })).rejects.toThrow(message);
  });

  it.each([
    ["", {}, /empty/],
    ["item,annotator,label\n", {}, /no rows/],
    ["item,annotator,label\nx,a,1\n", {}, /every label is "1", and two or more/],
    ["item,annotator,label\nx,a,\n", {}, /has no label/],
    ["item,annotator,label\nx,a,1\nx,a,0\n", {}, /line 3, column annotator: the annotator has answered .* line 2/],
    ["item,annotator,label\n,a,1\n", {}, /line 2, column item: the cell is empty/],
    ["item,who,label\nx,a,1\n", {}, /no column "annotator".*item, who, label/],
    ["item,annotator,label,c\nx,a,1,2\nx,b,0,1\n", { confidence: "c" }, /line 2, column c: a confidence of 2/],
    ["item,annotator,label,c\nx,a,1,high\n", { confidence: "c" }, /"high" is not a finite number/],
    ["item,annotator,label\nx,a,1\nx,b,0\n", { model: "majority", halfLife: 5 }, /--half-life/],
  ])("refuses %j with %j", async (csv, options, message) => {
    await expect(agree({ "a.csv": csv }, options)).rejects.toThrow(message);
  });
});

describe("any bytes", () => {
  const cell = fc.constantFrom(
    "item",
    "annotator",
    "label",
    "cost",
    "u",
    "a",
    "b",
    "1",
    "0",
    "2.5",
    "",
    "NaN",
    "?",
    '"',
    "1e308",
    "-1e308",
  );
  const csv = fc
    .array(fc.array(cell, { minLength: 3, maxLength: 3 }), { maxLength: 6 })
    .map((rows) => rows.map((row) => row.join(",")).join("\n"));
  const headed = csv.map((body) => `item,annotator,label\n${body}`);
  const text = (from: fc.Arbitrary<string>) => from.map((value) => new TextEncoder().encode(value));
  const bytes = fc.oneof(text(csv), text(headed), fc.uint8Array({ maxLength: 100 }));
  const numbers = text(
    fc
      .array(fc.constantFrom("a,1", "b,0", "1,-1e308", "2.5,1e308", "0,3"), { maxLength: 5 })
      .map((rows) => `item,u\n${rows.join("\n")}`),
  );

  it("end in an answer or a clear refusal, and open no output when refused", async () => {
    const name = fc.constantFrom("s.csv", "s.tsv", "s.jsonl", "s.parquet");
    const model = fc.constantFrom("one-coin", "dawid-skene", "majority");
    const unless = async (apply: () => Promise<{ outputs: Record<string, Uint8Array> }>, first: string) => {
      try {
        expect(Object.keys((await apply()).outputs)[0]).toBe(first);
      } catch (error) {
        if (!isBadInput(error)) throw error;
      }
    };
    await fc.assert(
      fc.asyncProperty(
        bytes,
        name,
        model,
        numbers,
        fc.integer({ min: 1, max: 2 }),
        async (content, called, how, rows, warmUp) => {
          await unless(() => agree({ [called]: content }, { model: how }), "consensus.csv");
          await unless(
            () => ask({ features: { "f.csv": rows }, answers: { [called]: content } }, { warmUp }),
            "next.csv",
          );
          await unless(
            () => ask({ features: { [called]: content }, annotators: { "p.csv": "annotator,cost\na,1\n" } }),
            "next.csv",
          );
        },
      ),
      { numRuns: 150 },
    );
  });
});
