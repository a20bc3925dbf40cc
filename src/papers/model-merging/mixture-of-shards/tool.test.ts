import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import { initMlp, mlp } from "../../../kit/nets/mlp.ts";
import { mapTree } from "../../../kit/nets/tree.ts";
import type { SampleFile, ToolInput } from "../../../kit/paper.ts";
import { Random } from "../../../kit/random.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";
import { applySample, applyTool } from "../../../kit/testing.ts";
import { asPyTorch } from "../network/motion-readings.ts";
import { readAdapters } from "./adapter-file.ts";
import { configFor, options, piecesFor } from "./preparation.ts";
import { wristToAnkle, wristWithAdapter } from "./sample.ts";
import { tools } from "./tool.ts";

const [train, merge] = tools;

const sample = wristToAnkle();
const pair = await wristWithAdapter();
const huge = treeToSafetensors(
  asPyTorch(mapTree(initMlp(mlp([6, 24, 24, 24, 24, 3]), new Random(1)), (data) => data.fill(3e38))),
);
const few = { steps: 3, learningRates: [0.01], compare: false };

function asInput(
  files: readonly SampleFile[],
  change: Record<string, string | Uint8Array | undefined> = {},
): ToolInput {
  const input: Record<string, ReturnType<typeof memoryFile>[]> = {};
  for (const { input: role, name, content } of files) {
    const given = name in change ? change[name] : content;
    if (given !== undefined) input[role] = [memoryFile(name, given)];
  }
  return input;
}

describe("training on one's own rows", () => {
  it("works on its sample: the adapter brings the wrist's network to the ankle", async () => {
    const applied = await applySample(train);
    expect(applied.summary).toMatch(
      /^402 numbers trained for 5 layers: accuracy 60\.0% → 9\d\.\d% on 180 test rows; LoRA, rank 2:/,
    );
    const [frozen, ours, equal] = applied.tables.adapters?.rows ?? [];
    expect(Number(ours?.accuracy)).toBeGreaterThan(Number(frozen?.accuracy) + 0.25);
    expect(ours?.parameters).toBe(equal?.parameters);
    expect(Object.keys(applied.outputs)).toEqual(["adapter.safetensors", "settings.json"]);
    const file = memoryFile("adapter.safetensors", applied.outputs["adapter.safetensors"] ?? new Uint8Array());
    const adapters = await readAdapters(await openSafetensors(file));
    expect(adapters.map(({ tensors }) => tensors)).toEqual([
      ["0.weight"],
      ["2.weight", "4.weight", "6.weight"],
      ["8.weight"],
    ]);
    expect(JSON.parse(applied.text("settings.json"))[1].config).toMatchObject({
      layers: 3,
      rank: 8,
      equivalentRank: 2,
    });
    const merged = await applyTool(merge, { ...asInput(sample), adapter: [file] });
    expect(merged.summary).toMatch(/^5 weight matrices with 1,944 parameters changed; 5 tensors as they were/);
    const dry = await applyTool(merge, { ...asInput(sample), adapter: [file] }, { dryRun: true });
    expect(dry.outputs).toEqual({});
    expect(dry.summary).toMatch(
      /^Dry run, nothing was written: 5 weight matrices with 1,944 parameters would change, 5/,
    );
    expect(dry.tables.tensors?.rows.filter(({ treatment }) => treatment === "changed")).toHaveLength(5);
  });

  it("repeats itself, adapts chosen layers only, and leaves the tables out on request", async () => {
    const wanted = { ...few, layers: ["2.*", "4.*"], tables: false, dtype: "F16" as const };
    const [once, again] = [
      await applyTool(train, asInput(sample), wanted),
      await applyTool(train, asInput(sample), wanted),
    ];
    expect(again.outputs).toEqual(once.outputs);
    expect(once.summary).toMatch(/trained for 2 layers/);
    const file = memoryFile("a", once.outputs["adapter.safetensors"] ?? new Uint8Array());
    const source = await openSafetensors(file);
    expect([...source.tensors.keys()]).toEqual(["0.poolA", "0.poolB"]);
    expect([...source.tensors.values()][0]?.dtype).toBe("F16");
    const lone = await applyTool(train, asInput(sample), { ...few, layers: ["0.weight", "2.weight"] });
    expect(lone.notes.join()).toMatch(/No two adapted layers have the same shape/);
  });

  it("learns the next character of a text", async () => {
    const classes = [..."abc \n"];
    const net = mlp([15, 12, 12, 12, 5]);
    const base = treeToSafetensors(asPyTorch(initMlp(net, new Random(2))));
    const layers = [0, 2, 4, 6].flatMap((i) => [{ type: "linear", name: String(i) }, { type: "relu" }]).slice(0, -1);
    const network = JSON.stringify({ input: [15], layers, classes });
    const files: SampleFile[] = [
      { input: "base", name: "base.safetensors", content: base },
      { input: "config", name: "network.json", content: network },
      { input: "train", name: "t.txt", content: "abc abc\nabc abc\n".repeat(12) },
      { input: "validate", name: "v.txt", content: "abc abc\nabc" },
    ];
    const applied = await applyTool(train, asInput(files), {
      steps: 250,
      learningRates: [0.03],
      rank: 4,
      compare: false,
    });
    expect(applied.summary).toMatch(/→ (9\d|100|8\d)\.\d% on 8 test rows/);
    await expect(applyTool(train, asInput(files, { "t.txt": "abz" }), few)).rejects.toThrow(/t\.txt, line 1, column 3/);
  });

  it("fits the settings to the widths of the layers", () => {
    const given = options.parse({ shards: 4, rank: 8, equivalentRank: 4, private: 2 });
    const group = { layers: 1, inDim: 24, outDim: 3, tensors: ["w"] };
    expect(piecesFor(group, 4)).toBe(3);
    expect(configFor(group, given, 1)).toMatchObject({
      equivalentRank: 3,
      privateRank: 2,
      rank: 3,
      shardsPerVector: 3,
    });
    expect(configFor({ ...group, outDim: 1 }, given, 1)).toMatchObject({ equivalentRank: 1, privateRank: 1, rank: 1 });
  });

  const csv = (...lines: string[]): string => ["x_mean,x_sd,y_mean,y_sd,z_mean,z_sd,label", ...lines].join("\n");
  it.each<[string, Record<string, string | Uint8Array | undefined>, Record<string, unknown>, RegExp]>([
    ["no network", { "network.json": undefined }, {}, /--config/],
    ["a base that is text", { "wrist.safetensors": "this is not a model" }, {}, /wrist\.safetensors/],
    [
      "a network that does not fit",
      { "network.json": '{"input":[5],"layers":[{"type":"linear","name":"0"}]}' },
      {},
      /network\.json, layers\.0/,
    ],
    ["no layer by that name", {}, { layers: ["head*"] }, /--layers: no linear layer is left.*0\.weight, 2\.weight/],
    [
      "a class that is not there",
      { "ankle.csv": csv("1,2,3,4,5,6,flying") },
      {},
      /ankle\.csv, line 2, column label: "flying"/,
    ],
    [
      "a word among numbers",
      { "ankle.csv": csv("1,2,3,4,five,6,calm") },
      {},
      /ankle\.csv, line 2, column z_mean: "five"/,
    ],
    ["an empty cell", { "ankle.csv": csv("1,2,3,4,,6,calm") }, {}, /line 2, column z_mean: the cell is empty/],
    ["no label column", { "ankle.csv": "a,b,c,d,e,f\n1,2,3,4,5,6" }, {}, /no column "label"/],
    ["too few rows", { "ankle.csv": csv("1,2,3,4,5,6,calm", "1,2,3,4,5,6,calm") }, {}, /2 rows are too few/],
    ["an empty file", { "ankle.csv": "" }, {}, /ankle\.csv: the file is empty/],
    ["a base that overflows", { "wrist.safetensors": huge }, {}, /--learning-rates: training MoS, e = 2 diverges/],
  ])("refuses %s", async (_, change, more, message) => {
    const error = await applyTool(train, asInput(sample, change), { ...few, ...more }).catch((e: unknown) => e);
    expect(isBadInput(error), String(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });
});

describe("merging on one's own base", () => {
  it("works on its sample", async () => {
    const applied = await applySample(merge);
    expect(applied.summary).toBe("3 weight matrices with 1,728 parameters changed; 7 tensors as they were.");
    const out = memoryFile("m", applied.outputs["merged.safetensors"] ?? new Uint8Array());
    const base = memoryFile("b", pair[0]?.content ?? "");
    const [after, before] = [await readTree(await openSafetensors(out)), await readTree(await openSafetensors(base))];
    expect(after["8.weight"]).toEqual(before["8.weight"]);
    expect(after["4.weight"]).not.toEqual(before["4.weight"]);
  });
});

describe("odd files", () => {
  const damage = (content: Uint8Array): fc.Arbitrary<Uint8Array> =>
    fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.nat(content.length).map((length) => content.slice(0, length)),
      fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }).map((changes) => {
        const copy = content.slice();
        for (const [at, value] of changes) copy[at] = value;
        return copy;
      }),
      fc.stringMatching(/^[a-z0-9,.\n"{}:[\]-]{0,60}$/).map((text) => new TextEncoder().encode(text)),
    );
  const bytesOf = (content: string | Uint8Array): Uint8Array =>
    typeof content === "string" ? new TextEncoder().encode(content) : content;

  it.each([
    ["train", train, sample],
    ["merge", merge, pair],
  ] as const)("are refused in one sentence or worked on: %s", async (_, tool, files) => {
    const cases = fc.nat(files.length - 1).chain((which) =>
      damage(bytesOf((files[which] as SampleFile).content)).map((content) => ({
        name: (files[which] as SampleFile).name,
        content,
      })),
    );
    await fc.assert(
      fc.asyncProperty(cases, async ({ name, content }) => {
        const input = asInput(files, { [name]: content });
        try {
          const { summary } = await (tool === train
            ? applyTool(train, input, { steps: 1, learningRates: [0.01], compare: false, most: 30 })
            : applyTool(merge, input));
          expect(summary).toMatch(/\d/);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
      }),
      { numRuns: 80 },
    );
  });
});
