import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [select] = tools;
const quick = { epochs: 1, hidden: 4, samples: 1, compare: false };
const lines = (rows: unknown[]): string => `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;
const sets = Array.from({ length: 15 }, (_, i) => ({
  items: Array.from({ length: 3 + (i % 3) }, (_, j) => [((i * 7 + j * 5) % 11) - 5, j % 2]),
  chosen: [i % 3],
}));
const apply = (content: string | Uint8Array, options = {}, name = "t.jsonl") =>
  applyTool(select, toolInput({ train: { [name]: content } }), { ...quick, ...options });
const rowsOf = (csv: string): string[][] =>
  csv
    .trim()
    .split("\n")
    .slice(1)
    .map((line) => line.split(","));

describe("neural-subset-selection select", () => {
  it("finds the odd products of its sample, and better than the base", async () => {
    const { summary, tables, outputs, text } = await applySample(select);
    expect(summary).toMatch(/^Learned from 96 sets; on 32 held-out sets INSET reaches an MJC of/);
    const [inset, base, chance] = tables["held out"]?.rows ?? [];
    expect(Number(inset?.known)).toBeGreaterThan(0.8);
    expect(Number(inset?.known)).toBeGreaterThanOrEqual(Number(base?.known));
    expect(Number(chance?.known)).toBeLessThan(0.3);
    // Started at one half the base sees much of the rest: the share of chosen items alone would make it look worse than it is.
    expect(base?.model).toBe("EquiVSet, started at 0.5");
    expect(Number(base?.known)).toBeGreaterThan(0.96);
    expect(Object.keys(outputs)).toEqual(["predictions.csv", "model.safetensors", "model.json"]);
    const rows = rowsOf(text("predictions.csv"));
    expect(rows.filter(([, , , selected]) => selected === "1").length).toBe(24);
  });

  it("starts the base where it is told as well as at one half, and once where a network proposes", async () => {
    const base = async (options: object) =>
      (await apply(lines(sets), { compare: true, ...options })).tables["held out"]?.rows[1]?.model;
    expect(await base({ start: 0.2 })).toMatch(/^EquiVSet, started at 0\.(2|5)$/);
    expect(await base({ start: 0.5 })).toBe("EquiVSet");
    expect(await base({ amortized: "independent" })).toBe("EquiVSet");
  });

  it("chooses again with the model it wrote, to the same probabilities", async () => {
    const fresh = lines([
      {
        id: "one, two",
        items: [
          [1, 0],
          [2, 1],
          [3, 0],
        ],
      },
      { items: [[0, 0]] },
    ]);
    const input = toolInput({ train: { "t.jsonl": lines(sets) }, predict: { "p.jsonl": fresh } });
    const trained = await applyTool(select, input, { ...quick, k: 1 });
    const again = toolInput({
      model: { "m.safetensors": trained.outputs["model.safetensors"] ?? "" },
      predict: { "p.jsonl": fresh },
    });
    const { text, summary } = await applyTool(select, again, { k: 1 });
    expect(text("predictions.csv")).toBe(trained.text("predictions.csv"));
    expect(text("predictions.csv")).toContain('"one, two",0,');
    expect(summary).toBe("Chose 2 items of 2 new sets.");
    await expect(applyTool(select, again, { k: 2 })).rejects.toThrow(
      /p\.jsonl, line 2: the number of items is 1 and 2 are/,
    );
  });

  it("reads tables as it reads lines: quoted and Unicode names, CRLF, tabs", async () => {
    const table = (comma: string, end: string): string =>
      [
        ["set_id", "chosen", '"größe"', "width"],
        ...sets.flatMap(({ items, chosen }, i) =>
          items.map((item, j) => [`set ${i}`, chosen.includes(j) ? "1" : "0", ...item.map(String)]),
        ),
      ]
        .map((row) => row.join(comma))
        .join(end);
    const { text, outputs } = await apply(lines(sets));
    const csv = await apply(table(",", "\r\n"), {}, "t.csv");
    const tsv = await apply(table("\t", "\n"), {}, "t.tsv");
    const probabilities = (csvText: string): string[] => rowsOf(csvText).map((row) => row[2] ?? "");
    expect(probabilities(csv.text("predictions.csv"))).toEqual(probabilities(text("predictions.csv")));
    expect(tsv.outputs["model.safetensors"]).toEqual(outputs["model.safetensors"]);
  });

  it.each([
    ["", /no sets/],
    ["[]\n", /line 1: the line is \[\] and must be an object/],
    [lines([{ items: [] }]), /"items" is \[\]/],
    [lines([{ items: [[1], [1, 2]], chosen: [0] }]), /line 1, item 2: the item has 2 numbers/],
    [lines([{ items: [["x"]], chosen: [] }]), /item 1, number 1: "x" is not a finite number/],
    [lines([{ items: [[1]] }]), /"chosen" is missing/],
    [lines([{ items: [[1]], chosen: [1] }]), /position 1 is not one of 0 to 0/],
    [lines([{ items: [[1]], chosen: [0, 0] }]), /position 0 is chosen twice/],
    [lines(sets.slice(0, 9)), /the number of sets is 9 and at least 10/],
    [lines(sets.map((set) => ({ ...set, chosen: [] }))), /no item is chosen/],
    [lines(sets.map((set) => ({ ...set, chosen: set.items.map((_, j) => j) }))), /all items are chosen/],
    ['{"items":[[1e999]],"chosen":[]}\n', /not a finite number/],
  ])("refuses %j", async (content, message) => {
    await expect(apply(content)).rejects.toThrow(message);
  });

  it.each([
    ["set,chosen,x\na,1,2\n", /no column "set_id"/],
    ["set_id,chosen\na,1\n", /no column of numbers/],
    ["set_id,chosen,x\na,2,1\n", /t\.csv, line 2: chosen is "2"/],
    ["set_id,chosen,x\na,1,NaN\n", /the cell is empty/],
    ["set_id,chosen,x\na,1,b\n", /"b" is not a finite number/],
    ["set_id,chosen,x\n,1,1\n", /set_id is empty/],
  ])("refuses the table %j", async (content, message) => {
    await expect(apply(content, {}, "t.csv")).rejects.toThrow(message);
  });

  it("refuses inputs that do not fit together", async () => {
    const predict = { "p.jsonl": lines([{ items: [[1]] }]) };
    const train = { "t.jsonl": lines(sets) };
    await expect(applyTool(select, toolInput({ predict }), quick)).rejects.toThrow(/Give --train, or a --model/);
    await expect(applyTool(select, toolInput({ train, predict }), quick)).rejects.toThrow(
      /1 numbers and the training sets 2/,
    );
    await expect(applyTool(select, toolInput({ model: { "m.safetensors": "x" }, predict }), quick)).rejects.toThrow(
      /m\.safetensors/,
    );
  });

  it("answers any lines with a model or a clear refusal", async () => {
    const set = fc.record({
      items: fc.array(fc.array(fc.oneof(fc.double(), fc.constant(1)), { minLength: 1, maxLength: 2 }), {
        maxLength: 3,
      }),
      chosen: fc.array(fc.integer({ min: -1, max: 2 }), { maxLength: 2 }),
    });
    const mostly = fc.array(fc.record({ items: fc.constant([[1], [2], [3]]), chosen: fc.constant([1]) }), {
      minLength: 9,
      maxLength: 11,
    });
    const content = fc
      .tuple(mostly, fc.array(fc.oneof(set, fc.jsonValue()), { maxLength: 2 }))
      .map(([good, odd]) => lines([...good, ...odd]));
    const bytes = fc.oneof(
      content.map((text) => new TextEncoder().encode(text)),
      fc.uint8Array({ maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (value) => {
        try {
          const { outputs } = await apply(value);
          expect(Object.keys(outputs).length).toBe(3);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 120 },
    );
  });
});
