import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { AnyTool, SampleFile, ToolInput } from "../../../kit/paper.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { type Sketch, sketchFile, sketchShards } from "../checkpoints/fixtures.ts";
import { distinctNames } from "./average-files.ts";
import { averageTool } from "./average-tool.ts";
import { reportTool } from "./report-tool.ts";
import { averageSample, predictionSample, trainSample } from "./sample.ts";
import { tools } from "./tool.ts";
import { trainTool } from "./train-tool.ts";

const tree = (...data: number[]): ParamTree => ({ w: { data: Float32Array.from(data), shape: [data.length] } });
const file = (...data: number[]): Uint8Array => treeToSafetensors(tree(...data));
const written = async (bytes: Uint8Array | undefined): Promise<ParamTree> =>
  readTree(await openSafetensors(memoryFile("out", bytes ?? new Uint8Array())));

function asInput(files: readonly SampleFile[]): ToolInput {
  const input: Record<string, ReturnType<typeof memoryFile>[]> = {};
  for (const { input: role, name, content } of files) {
    const list = input[role] ?? [];
    list.push(memoryFile(name, content));
    input[role] = list;
  }
  return input;
}

/** A sample with one file's content replaced, or left out. */
function changed(files: readonly SampleFile[], name: string, content?: string | Uint8Array): ToolInput {
  return asInput(files.flatMap((f) => (f.name === name ? (content === undefined ? [] : [{ ...f, content }]) : [f])));
}

async function refusal(tool: AnyTool, input: ToolInput, options: object = {}): Promise<string> {
  const error = await applyTool(tool, input, options).catch((e: unknown) => e);
  expect(isBadInput(error), String(error)).toBe(true);
  return (error as Error).message;
}

describe("averaging checkpoints", () => {
  it("works on its sample, where the average beats both", async () => {
    const applied = await applySample(averageTool);
    const [id, ood] = applied.tables.patterns?.rows ?? [];
    expect(Number(ood?.accEns)).toBeGreaterThan(Math.max(Number(ood?.accA), Number(ood?.accB)) + 0.02);
    expect(Number(id?.accEns)).toBeGreaterThan(0.9);
    expect(applied.tables.curve?.rows).toHaveLength(21);
    expect(applied.summary).toMatch(/α = 0\.5: 185 parameters averaged; .*site-c\.csv \(pretrained 0\.6/);
    const [pre, ft] = averageSample().files;
    const models = [pre, ft].map((f) => f?.content as Uint8Array);
    const [a, b] = [await written(models[0]), await written(models[1])];
    const out = await written(applied.outputs["averaged.safetensors"]);
    const value = (t: ParamTree): number => t["layers.0.weight"]?.data[7] ?? 0;
    expect(value(out)).toBeCloseTo((value(a) + value(b)) / 2, 6);
    expect(applied.notes.filter((note) => /ancestor/.test(note))).toEqual([]);
    expect((await applySample(averageTool)).outputs).toEqual(applied.outputs);
  });

  it("needs no rows, and gives the models back at the ends", async () => {
    const input = toolInput({ pre: { "a.safetensors": file(1, 2) }, ft: { "b.safetensors": file(3, 8) } });
    const at = async (alpha: number) => {
      const applied = await applyTool(averageTool, input, { alpha });
      return [...((await written(applied.outputs["averaged.safetensors"])).w?.data ?? [])];
    };
    expect([await at(0), await at(0.25), await at(1)]).toEqual([
      [1, 2],
      [1.5, 3.5],
      [3, 8],
    ]);
    const applied = await applyTool(averageTool, input);
    expect(applied.summary).toBe("The fine-tuned model with α = 0.5: 2 parameters averaged.");
  });

  it("keeps the fine-tuned model's head, counters, types and metadata, and reads shards", async () => {
    const pre: Sketch[] = [
      { name: "body", values: [1, 3] },
      { name: "steps", values: [1], dtype: "I64" },
    ];
    const ft: Sketch[] = [
      { name: "body", values: [3, 5], dtype: "F16" },
      { name: "head", values: [7, 7, 7] },
      { name: "steps", values: [9], dtype: "I64" },
    ];
    const input = {
      pre: await sketchShards(pre, [0, 1]),
      ft: [await sketchFile("ft.safetensors", ft, { format: "pt" })],
    };
    const applied = await applyTool(averageTool, input, { keep: ["head"] });
    const out = await openSafetensors(memoryFile("out", applied.outputs["averaged.safetensors"] ?? new Uint8Array()));
    expect(out.metadata).toEqual({ format: "pt" });
    expect(out.tensors.get("body")?.dtype).toBe("F16");
    const tensors = await readTree(out);
    expect([tensors.body?.data, tensors.head?.data]).toEqual([Float32Array.of(2, 4), Float32Array.of(7, 7, 7)]);
    expect(applied.summary).toMatch(/2 parameters averaged, 4 kept from the fine-tuned model/);
    expect(await refusal(averageTool, input)).toMatch(/tensor "head"|"head".*missing/);
    expect(await refusal(averageTool, input)).toMatch(/--keep "head" takes it from ft\.safetensors/);
  });

  it("chooses α on rows, and tempers the head", async () => {
    const input = asInput(averageSample().files);
    const chosen = await applyTool(averageTool, input, { choose: "ood", points: 5 });
    const curve = chosen.tables.curve?.rows ?? [];
    const best = curve.reduce((a, b) => (Number(b.set1) > Number(a.set1) ? b : a));
    expect(chosen.summary).toContain(`α = ${best.alpha}:`);
    const tempered = await applyTool(averageTool, input, { temper: true, points: 3 });
    expect(tempered.summary).toMatch(/its head at temperature 0\.0156/);
    // The model is always right on these rows: the temperature stops at its bound, 1/64.
    const [pre, ft] = averageSample().files.map(({ content }) => content as Uint8Array);
    const [a, b] = [await written(pre), await written(ft)];
    const out = await written(tempered.outputs["averaged.safetensors"]);
    const value = (t: ParamTree): number => t["layers.0.weight"]?.data[3] ?? 0;
    expect(value(out)).toBeCloseTo(0.5 * value(a) + 32 * value(b), 3);
  });

  it("shows in a dry run what would be averaged, and names files of one name by their roles", async () => {
    const input = toolInput({ pre: { "model.safetensors": file(1, 2) }, ft: { "model.safetensors": file(3, 4) } });
    const dry = await applyTool(averageTool, input, { dryRun: true });
    expect(dry.outputs).toEqual({});
    expect(dry.summary).toBe("Dry run, nothing was written: α = 0.5 would give 2 parameters averaged.");
    const other = toolInput({ pre: { "model.safetensors": file(1) }, ft: { "model.safetensors": file(3, 4) } });
    expect(await refusal(averageTool, other)).toMatch(
      /model\.safetensors \(pretrained\), tensor "w": the shape is \[1\] and model\.safetensors \(fine-tuned\) has \[2\]/,
    );
  });

  const sample = averageSample().files;
  it.each<[string, ToolInput, object, RegExp]>([
    ["no pretrained model", toolInput({ ft: { "b.safetensors": file(1) } }), {}, /--pre: there is no checkpoint/],
    [
      "two fine-tuned models",
      toolInput({ pre: { "a.safetensors": file(1) }, ft: { "b.safetensors": file(1), "c.safetensors": file(1) } }),
      {},
      /--ft: there is more than one checkpoint/,
    ],
    [
      "a NaN",
      toolInput({ pre: { "a.safetensors": file(1, Number.NaN) }, ft: { "b.safetensors": file(1, 2) } }),
      {},
      /a\.safetensors, tensor "w": element 1 is NaN.*from b\.safetensors as it is/,
    ],
    ["rows without a network", changed(sample, "network.json"), {}, /--config: to try the models on rows/],
    ["a network without rows", asInput(sample.slice(0, 3)), {}, /--config: with a network, --id or --ood/],
    [
      "a choice without its rows",
      changed(sample, "site-c.csv"),
      { choose: "ood" },
      /--choose: .*--ood rows are wanted/,
    ],
    ["tempering without its rows", changed(sample, "site-b.csv"), { temper: true }, /--temper: .*--id rows are wanted/],
    [
      "a tempered head that is kept",
      asInput(sample),
      { temper: true, keep: ["layers.0.weight"] },
      /--temper: the last layer is kept/,
    ],
    [
      "an unknown class",
      changed(sample, "site-c.csv", `${header()}\n${"1,".repeat(36)}molten\n`),
      {},
      /site-c\.csv, line 2, column label: "molten"/,
    ],
    ["too few columns", changed(sample, "site-b.csv", "a,label\n1,sound\n"), {}, /site-b\.csv: there are 1 columns/],
    ["a text in place of weights", changed(sample, "site-a.safetensors", "hello world"), {}, /site-a\.safetensors/],
    ["a broken network", changed(sample, "network.json", "{"), {}, /network\.json.*not valid JSON/],
  ])("refuses %s", async (_, input, options, message) => {
    expect(await refusal(averageTool, input, options)).toMatch(message);
  });

  function header(): string {
    const text = sample.find(({ name }) => name === "site-c.csv")?.content;
    return String(text).split("\n")[0] ?? "";
  }
});

describe("reporting on predictions", () => {
  it("works on its sample of logits, which are mixed at α", async () => {
    const applied = await applySample(reportTool);
    const [row] = applied.tables.patterns?.rows ?? [];
    expect(Number(row?.accEns)).toBeGreaterThan(Math.max(Number(row?.accA), Number(row?.accB)) + 0.02);
    expect(applied.text("patterns.csv").split("\n")).toHaveLength(802);
    expect(applied.text("patterns.csv")).toMatch(/^id,label,a,b,ensemble,pattern\npart-1,\w+,\w+,\w+,\w+,[TF]{3}\n/);
    expect(applied.charts.curve?.alt).toMatch(/Best: site-c\.jsonl/);
    // The same models as in the sample of checkpoints; for linear ones both ensembles are one.
    const averaged = await applySample(averageTool);
    expect(row?.accEns).toBeCloseTo(Number(averaged.tables.patterns?.rows[1]?.accEns), 2);
  });

  it("counts classes by name", async () => {
    const csv = "label,pred_a,pred_b,pred_ens\ncat,dog,dog,cat\ndog,dog,cat,cat\nowl,owl,owl,owl\n";
    const applied = await applyTool(reportTool, toolInput({ predictions: { "p.csv": csv } }));
    expect(applied.summary).toBe(
      "The ensemble has accuracy 0.6667 on p.csv (first 0.6667, second 0.3333; 1 of 3 rows right that both get wrong, 0 wrong that both get right).",
    );
    expect(applied.text("patterns.csv")).toMatch(
      /\n2,cat,dog,dog,cat,FFT\n3,dog,dog,cat,cat,TFF\n4,owl,owl,owl,owl,TTT\n/,
    );
    expect(applied.charts).toEqual({});
  });

  it("takes class numbers, the file's own ensemble and other column names", async () => {
    const line = (label: number, x: number[], y: number[], z: number[]) => JSON.stringify({ y: label, x, w: y, z });
    const jsonl = [line(1, [1, 0], [1, 0], [0, 1]), line(0, [0, 3], [2, 0], [5, 1])].join("\n");
    const named = { label: "y", a: "x", b: "w", ensemble: "z" };
    const applied = await applyTool(reportTool, toolInput({ predictions: { "p.jsonl": jsonl } }), named);
    expect(applied.tables.patterns?.rows[0]).toMatchObject({ FFT: 1, FTT: 1, accEns: 1 });
  });

  const jsonl = (...rows: object[]): string => rows.map((row) => JSON.stringify(row)).join("\n");
  it.each<[string, string, string, object, RegExp]>([
    ["no ensemble", "p.csv", "label,pred_a,pred_b\n1,1,1\n", {}, /p\.csv: there is no column "pred_ens".*--ensemble/],
    ["no label", "p.csv", "pred_a,pred_b,pred_ens\n1,1,1\n", {}, /no column "label"/],
    [
      "an empty class",
      "p.csv",
      "label,pred_a,pred_b,pred_ens\n1,1,,1\n",
      {},
      /line 2, column pred_b: the cell is empty/,
    ],
    [
      "ragged logits",
      "p.jsonl",
      jsonl({ label: 0, logits_a: [1, 2], logits_b: [1, 2] }, { label: 0, logits_a: [1, 2, 3], logits_b: [1, 2] }),
      {},
      /line 2, column logits_a: there are 3 numbers and 2/,
    ],
    [
      "logits of two sizes",
      "p.jsonl",
      jsonl({ label: 0, logits_a: [1, 2], logits_b: [1, 2, 3] }),
      {},
      /column logits_b: there are 3 numbers/,
    ],
    [
      "a word among logits",
      "p.jsonl",
      jsonl({ label: 0, logits_a: [1, "x"], logits_b: [1, 2] }),
      {},
      /"x" is not a number/,
    ],
    [
      "a class beside logits",
      "p.jsonl",
      jsonl({ label: 0, logits_a: [1, 2], logits_b: 1 }),
      {},
      /column logits_b: a list/,
    ],
    [
      "a class out of range",
      "p.jsonl",
      jsonl({ label: 2, logits_a: [1, 2], logits_b: [1, 2] }),
      {},
      /"2" is not a class from 0 to 1.*--classes/,
    ],
    [
      "an unknown class name",
      "p.jsonl",
      jsonl({ label: "owl", logits_a: [1, 2], logits_b: [1, 2] }),
      { classes: ["cat", "dog"] },
      /"owl" is not one of cat, dog/,
    ],
    [
      "too many class names",
      "p.jsonl",
      jsonl({ label: "cat", logits_a: [1, 2], logits_b: [1, 2] }),
      { classes: ["cat", "dog", "owl"] },
      /--classes: 3 classes are named/,
    ],
    ["an empty file", "p.csv", "", {}, /p\.csv: the file is empty/],
  ])("refuses %s", async (_, name, content, options, message) => {
    expect(await refusal(reportTool, toolInput({ predictions: { [name]: content } }), options)).toMatch(message);
  });
});

it("numbers sets of one name", () => {
  expect(distinctNames(["a", "b", "a", "a"])).toEqual(["a", "b", "a (2)", "a (3)"]);
});

describe("training a small network", () => {
  const few = { hidden: 4, pretrainSteps: 20, steps: 20, points: 3 };

  it("works on its sample and writes what the tool average reads", async () => {
    const applied = await applySample(trainTool);
    expect(Object.keys(applied.outputs)).toEqual([
      "averaged.safetensors",
      "fine-tuned.safetensors",
      "pretrained.safetensors",
      "network.json",
    ]);
    expect(applied.tables.recipes?.rows).toHaveLength(8);
    expect(applied.notes.join()).toMatch(/--recipe plain/);
    const again = (role: string, name: string): SampleFile => {
      return { input: role, name, content: applied.outputs[name] ?? new Uint8Array() };
    };
    const ood = trainSample().files.find(({ input }) => input === "ood") as SampleFile;
    const files = [again("pre", "pretrained.safetensors"), again("ft", "fine-tuned.safetensors"), ood];
    const config = { input: "config", name: "network.json", content: applied.text("network.json") };
    const averaged = await applyTool(averageTool, asInput([...files, config]));
    const accuracy = (rows: typeof applied.tables.patterns) => Number(rows?.rows.at(-1)?.accEns);
    expect(accuracy(averaged.tables.patterns)).toBeCloseTo(accuracy(applied.tables.patterns), 2);
  });

  it("goes on from a checkpoint, and takes tables in any order of columns", async () => {
    const [pre, , config, id, ood] = averageSample().files as [
      SampleFile,
      SampleFile,
      SampleFile,
      SampleFile,
      SampleFile,
    ];
    const input = asInput([pre, config, id, ood]);
    const applied = await applyTool(trainTool, input, { ...few, recipe: "plain" });
    expect(Object.keys(applied.outputs)).toEqual(["averaged.safetensors", "fine-tuned.safetensors"]);
    expect(applied.summary).toMatch(/^Fine-tuned on 225 rows \(plain\) and averaged with α = 0\.5/);
    const named = await sketchFile(
      "named.safetensors",
      Object.entries(await written(pre.content as Uint8Array)).map(([name, { data, shape }]): Sketch => {
        return { name, values: [...data], shape, dtype: "F16" };
      }),
      { format: "pt" },
    );
    const like = await applyTool(trainTool, { ...input, pre: [named] }, { ...few, recipe: "plain" });
    const out = await openSafetensors(memoryFile("out", like.outputs["averaged.safetensors"] ?? new Uint8Array()));
    expect([out.metadata, out.tensors.get("layers.0.bias")?.dtype]).toEqual([{ format: "pt" }, "F16"]);
    const swapped = String(ood.content)
      .split("\n")
      .map((line) => line.split(",").reverse().join(","))
      .join("\n");
    const turned = await applyTool(trainTool, asInput([pre, config, id, { ...ood, content: swapped }]), {
      ...few,
      recipe: "plain",
    });
    expect(turned.summary).toBe(applied.summary);
  });

  const table = "a,b,label\n1,2,0\n2,1,1\n1,2,0\n2,1,1\n3,2,0\n1,1,1\n";
  it.each<[string, Record<string, Record<string, string | Uint8Array>>, object, RegExp]>([
    ["nothing to start from", { id: { "i.csv": table } }, {}, /a pretrained model is wanted.*--pretrain/],
    [
      "two starts",
      { id: { "i.csv": table }, pretrain: { "p.csv": table }, pre: { "a.safetensors": file(1) } },
      {},
      /both --pre and --pretrain/,
    ],
    [
      "a checkpoint without its network",
      { id: { "i.csv": table }, pre: { "a.safetensors": file(1) } },
      {},
      /--config: the network of --pre/,
    ],
    [
      "other columns",
      { id: { "i.csv": "a,c,label\n1,2,0\n" }, pretrain: { "p.csv": table } },
      {},
      /i\.csv: the column "c" is not in/,
    ],
    [
      "a missing column",
      { id: { "i.csv": "a,label\n1,0\n" }, pretrain: { "p.csv": table } },
      {},
      /i\.csv: there is no column "b"/,
    ],
    ["one class", { id: { "i.csv": "a,label\n1,0\n" }, pretrain: { "p.csv": "a,label\n1,0\n" } }, {}, /one class only/],
    [
      "a class of the third table",
      { id: { "i.csv": table }, pretrain: { "p.csv": table }, ood: { "o.csv": "a,b,label\n1,2,9\n" } },
      {},
      /o\.csv, line 2, column label: "9" is not one of 0, 1/,
    ],
    [
      "a word among numbers",
      { id: { "i.csv": table }, pretrain: { "p.csv": "a,b,label\n1,x,0\n1,2,1\n" } },
      {},
      /p\.csv, line 2, column b: "x"/,
    ],
    [
      "an empty label",
      { id: { "i.csv": table }, pretrain: { "p.csv": "a,b,label\n1,2,\n" } },
      {},
      /line 2, column label: the label is empty/,
    ],
    [
      "too few rows",
      { id: { "i.csv": "a,b,label\n1,2,0\n2,1,1\n" }, pretrain: { "p.csv": table } },
      {},
      /i\.csv: 2 rows are too few/,
    ],
    [
      "a label column alone",
      { id: { "i.csv": table }, pretrain: { "p.csv": "label\n0\n1\n" } },
      {},
      /no column beside "label"/,
    ],
  ])("refuses %s", async (_, files, options, message) => {
    expect(await refusal(trainTool, toolInput(files), { ...few, ...options })).toMatch(message);
  });
});

it("has three tools, each with a sample that fits its roles", async () => {
  expect(tools.map(({ name }) => name)).toEqual(["average", "report", "train"]);
  for (const tool of tools) {
    const { files } = await tool.sample();
    for (const { input } of files) expect(tool.inputs.map(({ name }) => name)).toContain(input);
  }
  expect(predictionSample().options.classes).toHaveLength(5);
});
