import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import { Random } from "../../../kit/random.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";
import { type Applied, applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { dealFolds } from "./evaluate.ts";
import { plantSample } from "./sample.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
if (!tool) throw new Error("the paper has a tool");

const files = Object.fromEntries(plantSample().map(({ input, content }) => [input, content as string]));
const [source = "", target = "", fresh = ""] = [files.source, files.target, files.new];
const quick = { nets: 2, hidden: 4, steps: 20, folds: 2 };
const table = (text: string) => ({ "t.csv": text });
const accuracies = ({ tables }: Applied): Record<string, number> =>
  Object.fromEntries((tables.accuracy?.rows ?? []).map(({ name, accuracy }) => [name, Number(accuracy)]));

describe("trying representations on the reader's tables", () => {
  it("works on its sample: the concatenation carries over best, and its file judges as its summary says", async () => {
    const applied = await applySample(tool);
    const found = accuracies(applied);
    expect(found["CAT of 5"]).toBeGreaterThan((found["one network"] ?? 1) + 0.05);
    expect(applied.summary).toMatch(
      /^5 networks trained on 1500 source rows, probed on 300 target rows of 2 classes: accuracy 0\.\d+ \[.*\] with CAT of 5, 0\.\d+ \[.*\] with the best other, .*25 new rows were judged\.$/,
    );
    const lines = applied.text("predictions.csv").trim().split("\n");
    expect(lines).toHaveLength(26);
    expect(lines[0]).toBe("row,label");

    // The file alone, used as its documentation says, gives the same predictions.
    const opened = await openSafetensors(memoryFile("m", applied.outputs["cat.safetensors"] ?? new Uint8Array()));
    const tree = await readTree(opened);
    const classes = JSON.parse(opened.metadata.classes ?? "[]") as string[];
    const of = (name: string) => tree[name]?.data ?? new Float32Array();
    const rows = fresh.trim().split("\n").slice(1);
    const again = rows.map((row) => {
      const x = row
        .split(",")
        .map((cell, i) => (Number(cell) - (of("inputs.mean")[i] ?? 0)) / (of("inputs.sd")[i] ?? 1));
      const features = [0, 1, 2, 3, 4].flatMap((k) => {
        const [weight, bias] = [of(`nets.${k}.layers.0.weight`), of(`nets.${k}.layers.0.bias`)];
        return Array.from(bias, (b, j) =>
          Math.max(
            0,
            x.reduce((sum, value, i) => sum + value * (weight[i * bias.length + j] ?? 0), b),
          ),
        );
      });
      const scores = Array.from(of("probe.bias"), (b, c) =>
        features.reduce((sum, f, i) => sum + f * (of("probe.weight")[c * features.length + i] ?? 0), b),
      );
      return classes[scores.indexOf(Math.max(...scores))];
    });
    expect(lines.slice(1).map((line) => line.split(",")[1])).toEqual(again);
  });

  it("takes features of the reader's own networks, as tables and as safetensors", async () => {
    const random = new Random(1);
    const labels = Array.from({ length: 60 }, (_, n) => ["a", "b", "c"][n % 3] as string);
    const telling = (wanted: string) => labels.map((l) => (l === wanted ? 1 : 0) + random.normal(0, 0.1));
    const [first, second] = [telling("a"), telling("b")];
    const input = toolInput({
      target: { "y.csv": `id,label\n${labels.map((l, n) => `row ${n},${l}`).join("\n")}\n` },
      features: {
        "one.csv": `f,label\n${first.map((v, n) => `${v},${n}`).join("\n")}\n`,
        "two.safetensors": treeToSafetensors({ f: { data: Float32Array.from(second), shape: [60, 1] } }),
      },
    });
    const applied = await applyTool(tool, input, { folds: 3 });
    const found = accuracies(applied);
    expect(found["CAT of 2"]).toBeGreaterThan(0.95);
    expect(found["one.csv"]).toBeLessThan(0.8);
    expect(applied.summary).toMatch(/^features of 2 networks, probed on 60 target rows of 3 classes/);
    expect(Object.keys(applied.outputs)).toEqual(["cat.safetensors"]);
    const swapped = toolInput({
      target: { "y.csv": `label\n${labels.join("\n")}\n` },
      features: { "a.csv": "f\n1\n2\n", "b.csv": "f\n1\n2\n" },
    });
    await expect(applyTool(tool, swapped)).rejects.toThrow(
      "a.csv: there are 2 rows of features and 60 rows in the target",
    );
  });

  it.each<[string, Parameters<typeof toolInput>[0], object, RegExp]>([
    ["no source and no features", { target: table(target) }, {}, /neither a source nor features/],
    [
      "both",
      { source: table(source), target: table(target), features: table("a\n1\n") },
      {},
      /both a source and features/,
    ],
    ["no target", { source: table(source) }, {}, /target task is missing/],
    ["one file of features", { target: table(target), features: table("a\n1\n") }, {}, /two or more are wanted/],
    [
      "new rows for foreign features",
      { target: table(target), features: table("a\n1\n"), new: table(fresh) },
      {},
      /--new/,
    ],
    [
      "no label column",
      { source: table(source), target: table(target) },
      { label: "y" },
      /t\.csv: there is no column "y"/,
    ],
    ["a missing column", { source: table(source), target: table("drive_1,label\n1,a\n") }, {}, /no column "brake_1"/],
    [
      "a single class",
      { source: table("x,label\n1,a\n2,a\n"), target: table(target) },
      {},
      /all rows have the label "a"/,
    ],
    [
      "text in place of a number",
      { source: table("x,label\n1,a\nfast,b\n"), target: table(target) },
      {},
      /line 3, column x: "fast"/,
    ],
    [
      "an empty label",
      { source: table("x,label\n1,a\n2,\n"), target: table(target) },
      {},
      /line 3, column label.*label is wanted/,
    ],
    [
      "a huge number",
      { source: table("x,label\n1,a\n1e30,b\n"), target: table(target) },
      {},
      /line 3, column x.*too large/,
    ],
    ["only labels", { source: table("label\na\nb\n"), target: table(target) }, {}, /no column of features/],
    [
      "a class too rare for the parts",
      { source: table("x,label\n1,a\n2,b\n"), target: table("x,label\n1,a\n2,a\n3,b\n") },
      { folds: 2 },
      /the class "b" has 1 row; 2 are wanted/,
    ],
  ])("refuses %s", async (_, input, given, message) => {
    const error = await applyTool(tool, toolInput(input), { ...quick, ...given }).catch((e: unknown) => e);
    expect(isBadInput(error), String(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it("copes with constant columns, wide numbers, many classes and columns in another order", async () => {
    const rows = Array.from({ length: 40 }, (_, n) => `7,${n % 4 === 0 ? 1e12 : n},k${n % 4}`);
    const turned = Array.from({ length: 40 }, (_, n) => `extra,${n},${n % 2},7`);
    const applied = await applyTool(
      tool,
      toolInput({
        source: table(`c,x,label\n${rows.join("\n")}\n`),
        target: table(`note,x,label,c\n${turned.join("\n")}\n`),
      }),
      quick,
    );
    expect(applied.summary).toMatch(/40 target rows of 2 classes/);
  });

  it("never fails in another way than by a sentence", async () => {
    const cell = fc.oneof(
      fc.integer().map(String),
      fc.double().map(String),
      fc.constantFrom("", "NaN", "a", "b", '"', "-"),
    );
    const messy = fc
      .array(fc.tuple(cell, cell, fc.constantFrom("a", "b", "c", "")), { maxLength: 14 })
      .map((rows) => ["x,y,label", ...rows.map((row) => row.join(","))].join("\n"));
    const good = `x,y,label\n${Array.from({ length: 12 }, (_, n) => `${n},${n % 5},${n % 2 ? "a" : "b"}`).join("\n")}\n`;
    const text = fc.oneof(
      messy,
      fc.string({ maxLength: 40 }),
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(good.length).map((cut) => good.slice(0, cut)),
    );
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom("source", "target", "new"), async (content, role) => {
        const all = {
          source: table(good),
          target: table(good),
          new: table("x,y\n1,2\n"),
          [role]: { "odd.csv": content },
        };
        try {
          const { outputs } = await applyTool(tool, toolInput(all), { nets: 2, hidden: 2, steps: 2, folds: 2 });
          expect(Object.keys(outputs)).toEqual(["cat.safetensors", "predictions.csv"]);
        } catch (error) {
          if (!isBadInput(error)) throw error;
          expect(error.message).toMatch(/\S/);
        }
      }),
      { numRuns: 150 },
    );
  });

  it("deals the rows of every class evenly", () => {
    const labels = Uint8Array.from({ length: 50 }, (_, n) => (n < 20 ? 0 : n < 45 ? 1 : 2));
    const fold = dealFolds(labels, 5, new Random(2));
    for (let f = 0; f < 5; f++) {
      const mine = Array.from(labels).filter((_, n) => fold[n] === f);
      expect([0, 1, 2].map((c) => mine.filter((l) => l === c).length)).toEqual([4, 5, 1]);
    }
  });
});
