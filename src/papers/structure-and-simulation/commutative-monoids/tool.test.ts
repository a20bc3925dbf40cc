import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { tools } from "./tool.ts";

const [train, predict] = tools;
const quick = { steps: 3, width: 4, rates: [1e-2], compare: false };
const lines = (rows: unknown[]): string => `${rows.map((row) => JSON.stringify(row)).join("\n")}\n`;
const bits = Array.from({ length: 30 }, (_, i) => ({
  items: Array.from({ length: 2 + (i % 3) }, (_, k) => [(i >> k) & 1]),
  target: i % 2 ? "a" : "b",
}));
const apply = (content: string | Uint8Array, options = {}) =>
  applyTool(train, toolInput({ bags: { "b.jsonl": content } }), { ...quick, ...options });

describe("commutative-monoids train", () => {
  it("learns the parity of its sample and carries it over to 16 bits", async () => {
    const { summary, tables, charts, outputs } = await applySample(train);
    expect(summary).toMatch(/^Learned lcm on \d+ bags/);
    const rows = tables.errors?.rows ?? [];
    expect(rows.at(-1)).toMatchObject({ size: 16, bags: 60 });
    expect(Number(rows.at(-1)?.lcm)).toBeLessThan(0.1);
    expect(Number(rows.at(-1)?.sum)).toBeGreaterThan(0.25);
    expect(charts.errors).toBeDefined();
    expect(Object.keys(outputs)).toEqual(["model.json"]);
  });

  it("keeps the test sizes out of training and predicts with what it wrote", async () => {
    const { outputs, tables } = await apply(lines(bits), { testSizes: [4] });
    expect(tables.errors?.rows.find((row) => row.size === 4)?.bags).toBe(10);
    const input = toolInput({
      model: { "m.json": outputs["model.json"] ?? "" },
      bags: { "n.jsonl": lines([{ items: [[1], [0]] }, { items: [] }]) },
    });
    const applied = await applyTool(predict, input);
    const predictions = applied
      .text("predictions.jsonl")
      .trim()
      .split("\n")
      .map((row) => JSON.parse(row));
    expect(predictions.map((p) => p.items)).toEqual([2, 0]);
    expect(predictions.every((p) => p.prediction === "a" || p.prediction === "b")).toBe(true);
  });

  it("learns on a graph: one bag a node, from its neighbours", async () => {
    const n = 24;
    const nodes = [
      "id,mark,target",
      ...Array.from({ length: n }, (_, i) => `${i},${i % 2},${(i >> 1) % 2 ? "x" : "y"}`),
    ].join("\n");
    const edges = ["source,target", ...Array.from({ length: n }, (_, i) => `${i},${(i + 1) % n}`)].join("\n");
    const { summary } = await applyTool(
      train,
      toolInput({ edges: { "e.csv": edges }, nodes: { "n.csv": nodes } }),
      quick,
    );
    expect(summary).toMatch(/^Learned lcm on \d+ bags/);
    const broken = toolInput({ edges: { "e.csv": "source,target\n0,99\n" }, nodes: { "n.csv": nodes } });
    await expect(applyTool(train, broken, quick)).rejects.toThrow('e.csv, line 2: the node "99" is not in n.csv');
  });

  it.each([
    ["", /empty/],
    ["[]\n", /must be an object/],
    [lines([{ items: [[1], [1, 2]], target: 1 }]), /line 1, item 2: the item has 2 numbers/],
    [lines([{ items: [["x"]], target: 1 }]), /"x" is not a finite number/],
    ['{"items":[[1e999]],"target":1}\n', /not a finite number/],
    [lines([{ items: [[1]] }]), /no "target"/],
    [
      lines([
        { items: [[1]], target: 1 },
        { items: [[2]], target: 1 },
      ]),
      /nothing to learn/,
    ],
    [
      lines([
        { items: [[1]], target: "a" },
        { items: [[2]], target: "b" },
      ]),
      /at least 5 are needed/,
    ],
  ])("refuses %j", async (content, message) => {
    await expect(apply(content)).rejects.toThrow(message);
  });

  it("refuses a model that is none, and bags of another width", async () => {
    const bags = { "n.jsonl": lines([{ items: [[1, 2]] }]) };
    await expect(applyTool(predict, toolInput({ model: { "m.json": "{}" }, bags }))).rejects.toThrow(/m\.json/);
    const { outputs } = await apply(lines(bits));
    const model = { "m.json": outputs["model.json"] ?? "" };
    await expect(applyTool(predict, toolInput({ model, bags }))).rejects.toThrow(
      /2 numbers and the model was trained on 1/,
    );
  });

  it("answers any lines with a model or a clear refusal", async () => {
    const bag = fc.record({
      items: fc.array(fc.array(fc.oneof(fc.double(), fc.constant(1)), { maxLength: 2 }), { maxLength: 3 }),
      target: fc.oneof(fc.integer(), fc.string(), fc.double()),
    });
    const content = fc.array(
      fc.oneof(bag, fc.jsonValue()).map((v) => JSON.stringify(v)),
      { maxLength: 12 },
    );
    const bytes = fc.oneof(
      content.map((rows) => new TextEncoder().encode(rows.join("\n"))),
      fc.uint8Array({ maxLength: 60 }),
    );
    await fc.assert(
      fc.asyncProperty(bytes, async (value) => {
        try {
          const { outputs } = await apply(value);
          expect(Object.keys(outputs)).toEqual(["model.json"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 150 },
    );
  });
});
