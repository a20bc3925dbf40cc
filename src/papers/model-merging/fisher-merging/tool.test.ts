import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { memoryFile } from "../../../kit/files.ts";
import type { ParamTree } from "../../../kit/nets/tree.ts";
import type { OutputFile, ToolInput } from "../../../kit/paper.ts";
import { createToolRun } from "../../../kit/run.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";
import { applySample, applyTool, toolInput } from "../../../kit/testing.ts";
import { type Sketch, sketchFile, sketchShards } from "../checkpoints/fixtures.ts";
import { motionSample } from "./sample.ts";
import { tools } from "./tool.ts";

const [tool] = tools;
if (!tool) throw new Error("the paper has a tool");

const weights = (name: string, ...data: number[]): ParamTree => ({
  [name]: { data: Float32Array.from(data), shape: [data.length] },
});
const file = (...data: number[]): Uint8Array => treeToSafetensors(weights("w", ...data));
const merged = async (bytes: Uint8Array | undefined): Promise<ParamTree> =>
  readTree(await openSafetensors(memoryFile("out", bytes ?? new Uint8Array())));

const pair = { models: { "a.safetensors": file(1, 0, 2), "b.safetensors": file(5, 4, 2) } };
const withFishers = { ...pair, fishers: { "fa.safetensors": file(3, 1, 1), "fb.safetensors": file(1, 1, 0) } };

describe("merging checkpoints", () => {
  it("works on its sample: computes Fishers, searches λ, beats the plain average", async () => {
    const applied = await applySample(tool);
    expect(applied.summary).toMatch(/2 models with λ = .*163 parameters merged.*180 validation rows/);
    const tree = await merged(applied.outputs["merged.safetensors"]);
    expect(Object.keys(tree)).toEqual(["0.weight", "0.bias", "2.weight", "2.bias"]);
    const rows = applied.tables.search?.rows ?? [];
    expect(rows).toHaveLength(51);
    const best = (key: string) => Math.max(...rows.map((row) => Number(row[key])));
    expect(best("fisher")).toBeGreaterThan(best("plain") + 0.03);
    expect(applied.charts.search?.alt).toMatch(/Best: Fisher merge/);
    expect((await applySample(tool)).outputs["merged.safetensors"]).toEqual(applied.outputs["merged.safetensors"]);
  });

  it("gives exactly what the formula gives on a tiny input", async () => {
    const applied = await applyTool(tool, toolInput(withFishers), { normalize: false, lambda: [0.5] });
    // (3·1 + 1·5)/4 = 2, (0 + 4)/2 = 2, and 2 where both agree
    expect(await merged(applied.outputs["merged.safetensors"])).toEqual(weights("w", 2, 2, 2));
    expect(applied.summary).toBe("2 models with λ = 0.5, 0.5: 3 parameters merged by Fisher information.");
    expect(applied.tables.models?.rows.map(({ lambda }) => lambda)).toEqual([0.5, 0.5]);
    const plain = await applyTool(tool, toolInput(pair), { plain: true, lambda: [0.25, 0.75] });
    expect(await merged(plain.outputs["merged.safetensors"])).toEqual(weights("w", 4, 3, 2));
    expect(plain.summary).toMatch(/3 parameters averaged/);
  });

  it("merges three models with coefficients of their own, and searches them by draws", async () => {
    const models = { "a.st": file(1), "b.st": file(2), "c.st": file(6) };
    const applied = await applyTool(tool, toolInput({ models }), { plain: true, lambda: [0.5, 0.25, 0.25] });
    expect((await merged(applied.outputs["merged.safetensors"])).w?.data[0]).toBe(2.5);
    const sample = motionSample();
    const [first] = sample;
    const input = asInput([
      ...sample.filter(({ input: role }) => role !== "inputs"),
      { ...(first as (typeof sample)[0]), name: "again" },
    ]);
    const searched = await applyTool(tool, input, { plain: true, grid: 12 });
    expect(searched.tables.search?.rows).toHaveLength(12);
    expect(searched.charts.search).toBeUndefined();
  });

  it("writes computed Fishers on request; they give the same merge again", async () => {
    const sample = motionSample().filter(({ input }) => input !== "validate");
    const first = await applyTool(tool, asInput(sample), { saveFishers: true, lambda: [0.4], examples: 50 });
    expect(Object.keys(first.outputs)).toEqual(["merged.safetensors", "fisher-1.safetensors", "fisher-2.safetensors"]);
    const fishers = [1, 2].map((i) =>
      memoryFile(`f${i}`, first.outputs[`fisher-${i}.safetensors`] ?? new Uint8Array()),
    );
    const models = asInput(sample).models ?? [];
    const second = await applyTool(tool, { models, fishers }, { lambda: [0.4] });
    expect(second.outputs["merged.safetensors"]).toEqual(first.outputs["merged.safetensors"]);
  });

  it("reads shards with their index, and passes counters through where Fishers are computed", async () => {
    const sketch = (...values: number[]): Sketch[] => [
      { name: "w", values: values.slice(0, 2) },
      { name: "v", values: values.slice(2) },
      { name: "count", values: [7], dtype: "I64" },
    ];
    const models = [
      ...(await sketchShards(sketch(1, 2, 3), [0, 1, 1])),
      ...(await sketchShards(sketch(3, 4, 5), [1, 0, 1])),
    ];
    const applied = await applyTool(tool, { models }, { plain: true });
    const tree = await merged(applied.outputs["merged.safetensors"]);
    expect([tree.w?.data, tree.v?.data]).toEqual([Float32Array.of(2, 3), Float32Array.of(4)]);
    expect(applied.summary).toMatch(/2 models .*: 3 parameters averaged, 1 kept from the first model/);
    const sample = motionSample();
    const counted = sample.map((f) => ({ ...f }));
    for (const f of counted.filter(({ input }) => input === "models")) {
      const tree = await merged(f.content as Uint8Array);
      const tensors = Object.entries(tree).map(([name, { data, shape }]) => ({ name, values: [...data], shape }));
      const file = await sketchFile(f.name, [...tensors, { name: "steps", values: [3], dtype: "I64" as const }]);
      f.content = await file.slice(0, file.size ?? 0);
    }
    const whole = await applyTool(tool, asInput(counted), { grid: 3 });
    const without = await applyTool(tool, asInput(sample), { grid: 3 });
    expect(await merged(whole.outputs["merged.safetensors"])).toEqual(
      await merged(without.outputs["merged.safetensors"]),
    );
  });

  it("shows in a dry run what would be merged, and writes and computes nothing", async () => {
    const dry = await applyTool(tool, toolInput(withFishers), { dryRun: true, keep: ["v"], lambda: [0.3] });
    expect(dry.outputs).toEqual({});
    expect(dry.summary).toBe(
      "Dry run, nothing was written: 2 models with λ = 0.3, 0.7 would give 3 parameters merged by Fisher information.",
    );
    expect(dry.tables.tensors?.rows).toEqual([{ tensor: "w", shape: "3", type: "F32", treatment: "merged" }]);
    const sample = await applyTool(tool, asInput(motionSample()), { dryRun: true });
    expect(sample.summary).toMatch(/λ = chosen on the validation rows would give 163 parameters merged/);
    await expect(
      applyTool(tool, toolInput({ models: { a: file(1), b: file(1, 2) } }), { dryRun: true }),
    ).rejects.toThrow(/b, tensor "w": the shape is \[2\] and a has \[1\]/);
  });

  it("asks about the ancestor of models that lie far apart", async () => {
    const matrix = (at: number): Uint8Array =>
      treeToSafetensors({
        w: { data: Float32Array.from({ length: 64 }, (_, i) => Math.sin(i * 1.7 + at)), shape: [8, 8] },
      });
    const applied = await applyTool(tool, toolInput({ models: { a: matrix(0), b: matrix(1.6) } }), { plain: true });
    expect(applied.notes.join()).toMatch(/share an ancestor/);
  });

  const sampleWith = (change: (name: string, content: string | Uint8Array) => string | Uint8Array) =>
    asInput(motionSample().map((f) => ({ ...f, content: change(f.name, f.content) })));
  const swap = (wanted: string, content: string) => sampleWith((name, own) => (name === wanted ? content : own));
  it.each<[string, ToolInput, Record<string, unknown>, RegExp]>([
    ["one model", toolInput({ models: { a: file(1) } }), {}, /there is 1 model/],
    ["no Fishers and no network", toolInput(pair), {}, /--fishers.*--config.*--plain/],
    [
      "a text file",
      toolInput({ models: { a: file(1), "b.safetensors": "hello, world, this is text" } }),
      { plain: true },
      /b\.safetensors/,
    ],
    [
      "a wrong number of λ",
      toolInput(withFishers),
      { lambda: [0.2, 0.3, 0.5] },
      /--lambda.*3 coefficients for 2 models/,
    ],
    ["λ that sum to 0.9", toolInput(withFishers), { lambda: [0.2, 0.7] }, /--lambda.*sum to 0\.89/],
    [
      "a negative Fisher",
      toolInput({ ...pair, fishers: { fa: file(1, 1, 1), fb: file(1, -1, 1) } }),
      {},
      /fb, tensor "w": element 1 is -1/,
    ],
    [
      "a NaN",
      toolInput({ models: { a: file(1), b: file(Number.NaN) } }),
      { plain: true },
      /b, tensor "w": element 0 is NaN/,
    ],
    ["λ beside validation rows", asInput(motionSample()), { lambda: [0.5] }, /leave --lambda or --validate out/],
    ["broken JSON", swap("network.json", "{"), {}, /network\.json.*not valid JSON/],
    [
      "a wrong network",
      swap("network.json", '{"input":[6],"layers":[{"type":"linear","name":"1"}]}'),
      {},
      /no tensor "1\.weight"/,
    ],
    ["too few columns", swap("wrist.csv", "a,b\n1,2\n"), {}, /wrist\.csv.*2 columns.*takes 6/],
    [
      "a word among numbers",
      swap("ankle.csv", "a,b,c,d,e,f\n1,2,3,4,5,six\n"),
      {},
      /ankle\.csv, line 2, column f.*"six"/,
    ],
    ["a huge number", swap("ankle.csv", "a,b,c,d,e,f\n1,2,3,4,5,1e300\n"), {}, /column f.*too large/],
    [
      "an unknown class",
      swap("validation.csv", "a,b,c,d,e,f,label\n1,2,3,4,5,6,flying\n"),
      {},
      /line 2, column label.*"flying" is not one of calm/,
    ],
    ["no label column", swap("validation.csv", "a,b,c,d,e,f,class\n1,2,3,4,5,6,calm\n"), {}, /no column "label"/],
    [
      "an empirical Fisher without labels",
      asInput(motionSample()),
      { labels: "empirical" },
      /wrist\.csv.*no column "label"/,
    ],
    [
      "three files of inputs",
      asInput([...motionSample(), { input: "inputs", name: "x.csv", content: "a\n1\n" }]),
      {},
      /3 files of inputs/,
    ],
  ])("refuses %s", async (_, input, options, message) => {
    const error = await applyTool(tool, input, options).catch((e: unknown) => e);
    expect(isBadInput(error), String(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it("never fails in another way, and never leaves an output open", async () => {
    const good = motionSample();
    const damage = (content: Uint8Array): fc.Arbitrary<Uint8Array> =>
      fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(content.length).map((length) => content.slice(0, length)),
        fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }).map((changes) => {
          const copy = content.slice();
          for (const [at, value] of changes) copy[at] = value;
          return copy;
        }),
        fc.stringMatching(/^[a-z0-9,.\n"{}:[\]-]{0,60}$/).map((text) => new TextEncoder().encode(text)),
        fc
          .array(fc.array(fc.oneof(fc.double(), fc.constant("NaN"), fc.integer()), { minLength: 6, maxLength: 7 }), {
            maxLength: 4,
          })
          .map((rows) => new TextEncoder().encode(["a,b,c,d,e,f", ...rows.map((row) => row.join(","))].join("\n"))),
      );
    const bytes = good.map(({ content }) =>
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    const cases = fc
      .nat(good.length - 1)
      .chain((which) => damage(bytes[which] as Uint8Array).map((content) => ({ which, content })));
    await fc.assert(
      fc.asyncProperty(cases, async ({ which, content }) => {
        const input = asInput(good.map((f, i) => (i === which ? { ...f, content } : f)));
        let [opened, closed] = [0, 0];
        const output: OutputFile = {
          write: async () => {},
          close: async () => {
            closed += 1;
          },
        };
        const run = createToolRun({ seed: 1, scale: "full", emit: () => {} }, async () => {
          opened += 1;
          return output;
        });
        const complete = Object.fromEntries(tool.inputs.map(({ name }) => [name, input[name] ?? []]));
        try {
          await tool.apply(complete, tool.options.parse({ grid: 3, examples: 5 }), run);
          expect(opened).toBe(1);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
        expect(closed).toBe(opened);
      }),
      { numRuns: 120 },
    );
  });
});

function asInput(files: readonly { input: string; name: string; content: string | Uint8Array }[]): ToolInput {
  const input: Record<string, ReturnType<typeof memoryFile>[]> = {};
  for (const { input: role, name, content } of files) {
    const list = input[role] ?? [];
    list.push(memoryFile(name, content));
    input[role] = list;
  }
  return input;
}
