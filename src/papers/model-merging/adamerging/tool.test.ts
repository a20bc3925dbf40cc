import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isBadInput } from "../../../kit/errors.ts";
import { type InputFile, memoryFile } from "../../../kit/files.ts";
import { mapTree, type ParamTree } from "../../../kit/nets/tree.ts";
import type { OutputFile, SampleFile, ToolInput } from "../../../kit/paper.ts";
import { createToolRun } from "../../../kit/run.ts";
import { openSafetensors, readTree, treeToSafetensors } from "../../../kit/safetensors.ts";
import { applySample, applyTool } from "../../../kit/testing.ts";
import { sketchFile, sketchShards } from "../checkpoints/fixtures.ts";
import { applyTaskVectors, taskArithmetic, taskVector } from "../task-vectors.ts";
import { tiesFilter } from "../ties-merging.ts";
import { machinesSample } from "./sample.ts";
import { mergeTool as tool } from "./tool.ts";

const treeOf = async (bytes: string | Uint8Array | undefined): Promise<ParamTree> =>
  readTree(await openSafetensors(memoryFile("out", (bytes as Uint8Array) ?? new Uint8Array())));

const { files: sample } = machinesSample();
const contentOf = (name: string): Uint8Array => sample.find((file) => file.name === name)?.content as Uint8Array;
const base = await treeOf(contentOf("base.safetensors"));
const whole = await Promise.all(["pump", "fan", "press"].map((name) => treeOf(contentOf(`${name}.safetensors`))));
const headOf = ({ "head.weight": head }: ParamTree): ParamTree => (head ? { "head.weight": head } : {});
const experts = whole.map((tree) => {
  const { "head.weight": _, ...rest } = tree;
  return rest as ParamTree;
});
const vectors = experts.map((expert) => taskVector(base, expert));

/** Files are combined in double precision, trees through rounded task vectors: they agree to the last bits. */
function expectClose(actual: ParamTree, wanted: ParamTree): void {
  expect(Object.keys(actual).sort()).toEqual(Object.keys(wanted).sort());
  for (const [name, { data }] of Object.entries(wanted)) {
    const off = data.map((value, i) => Math.abs(value - (actual[name]?.data[i] ?? Number.NaN)));
    expect(Math.max(...off), name).toBeLessThan(1e-6);
  }
}

/** The sample, with some files changed, left out or added. */
function inputWith(
  change: (file: SampleFile) => SampleFile | undefined = (file) => file,
  more: readonly SampleFile[] = [],
): ToolInput {
  const input: Record<string, InputFile[]> = {};
  for (const file of [...sample.flatMap((one) => change(one) ?? []), ...more]) {
    input[file.input] = [...(input[file.input] ?? []), memoryFile(file.name, file.content)];
  }
  return input;
}
const swap = (name: string, content: string | Uint8Array): ToolInput =>
  inputWith((file) => (file.name === name ? { ...file, content } : file));
const without = (name: string): ToolInput => inputWith((file) => (file.name === name ? undefined : file));
const quick = { steps: 5, learningRate: 0.02 };

describe("merging checkpoints by the entropy of their predictions", () => {
  it("works on its sample: better than the fixed scale, and the overtrained expert counts for less", async () => {
    const applied = await applySample(tool);
    expect(applied.summary).toMatch(
      /^3 experts with 12 coefficients \(one a task and tensor\) learnt from 600 rows in 150 steps: .*944 parameters merged\.$/,
    );
    expect(Object.keys(applied.outputs)).toEqual(["merged.safetensors", "coefficients.csv", "entropy.csv"]);
    const rows = applied.tables.tasks?.rows ?? [];
    const gain = rows.reduce((sum, row) => sum + Number(row.merged) - Number(row.start), 0) / rows.length;
    expect(gain).toBeGreaterThan(0.03);
    const lines = applied.text("coefficients.csv").trim().split("\n");
    expect(lines[0]).toBe("tensor,pump,fan,press");
    const lambda = lines.slice(1).map((line) => line.split(",").slice(1).map(Number));
    const rowsOf = [0, 1, 2].map((k) => lambda.map((row) => row[k] ?? Number.NaN));
    expectClose(await treeOf(applied.outputs["merged.safetensors"]), applyTaskVectors(base, vectors, rowsOf));
    const first = lambda[0] ?? [];
    expect(first[2]).toBeLessThan(Math.min(first[0] ?? 0, first[1] ?? 0));
    expect(applied.text("entropy.csv").trim().split("\n")).toHaveLength(151);
    expect(applied.charts.entropy?.alt).toMatch(/from 0\.\d+ to 0\.\d+ nats/);
    expect(applied.notes).toEqual([expect.stringMatching(/^The merge is what the tasks share\. .*--save-models/)]);
  });

  it("is task arithmetic when no step is taken, and plain sums with one expert", async () => {
    const still = await applyTool(tool, inputWith(), { steps: 0, init: 0.25 });
    expectClose(await treeOf(still.outputs["merged.safetensors"]), taskArithmetic(base, vectors, 0.25));
    const one = inputWith(({ name, ...rest }) => (/^(fan|press)\./.test(name) ? undefined : { name, ...rest }));
    const alone = await applyTool(tool, one, { steps: 0, init: 1 });
    const merged = await treeOf(alone.outputs["merged.safetensors"]);
    expect(merged).toEqual(experts[0]);
    expect(alone.summary).toMatch(/^1 expert with 4 coefficients/);
  });

  it("never looks at the labels", async () => {
    const learnt = async (input: ToolInput) => {
      const { outputs } = await applyTool(tool, input, quick);
      return [outputs["merged.safetensors"], outputs["coefficients.csv"]];
    };
    const as = (change: (line: string) => string): ToolInput =>
      inputWith((file) =>
        file.input === "unlabeled" ? { ...file, content: edit(String(file.content), change) } : file,
      );
    const edit = (text: string, change: (line: string) => string): string =>
      text.trim().split("\n").map(change).join("\n");
    const labelled = await learnt(inputWith());
    expect(await learnt(as((line) => line.replace(/,(?!label)[a-z]+$/, ",worn")))).toEqual(labelled);
    expect(await learnt(as((line) => line.replace(/,[a-z]+$/, "")))).toEqual(labelled);
    const bare = await applyTool(
      tool,
      as((line) => line.replace(/,[a-z]+$/, "")),
      quick,
    );
    expect(bare.summary).not.toMatch(/accuracy/);
    expect(bare.tables.tasks?.rows[0]).not.toHaveProperty("merged");
  });

  it("takes heads from files of their own, and saves complete models", async () => {
    const split = inputWith(
      (file) => {
        const k = ["pump", "fan", "press"].indexOf(file.name.replace(".safetensors", ""));
        return file.input === "experts" ? { ...file, content: treeToSafetensors(experts[k] as ParamTree) } : file;
      },
      whole.map((tree, k) => ({ input: "heads", name: `h${k}.safetensors`, content: treeToSafetensors(headOf(tree)) })),
    );
    const apart = await applyTool(tool, split, { ...quick, saveModels: true });
    const together = await applyTool(tool, inputWith(), quick);
    expect(apart.notes.join()).not.toMatch(/save-models/);
    expect(apart.outputs["merged.safetensors"]).toEqual(together.outputs["merged.safetensors"]);
    const merged = await treeOf(apart.outputs["merged.safetensors"]);
    for (const [k, name] of ["pump", "fan", "press"].entries()) {
      const complete = { ...merged, ...headOf(whole[k] as ParamTree) };
      expectClose(await treeOf(apart.outputs[`merged-${name}.safetensors`]), complete);
    }
  });

  it("merges what TIES leaves, and one coefficient a task", async () => {
    const applied = await applyTool(tool, inputWith(), { ...quick, ties: 0.2, granularity: "task" });
    const [, first = ""] = applied.text("coefficients.csv").split("\n");
    const lambda = first.split(",").slice(1).map(Number);
    const wanted = applyTaskVectors(base, tiesFilter(vectors, { keep: 0.2 }), lambda);
    expectClose(await treeOf(applied.outputs["merged.safetensors"]), wanted);
    expect(applied.summary).toMatch(/3 coefficients \(one a task, TIES keeping 0\.2\)/);
  });

  it("reads shards and 16-bit types, keeps counters and named tensors, and ties what is tied", async () => {
    const tensors = Object.entries(base).map(([name, { data, shape }]) => ({ name, values: [...data], shape }));
    const counter = { name: "steps", values: [7], dtype: "I64" as const };
    const shards = await sketchShards([...tensors, counter], [0, 0, 1, 1, 1]);
    const half = await Promise.all(
      whole.map((tree, k) =>
        sketchFile(`e${k}.safetensors`, [
          ...Object.entries(tree).map(([name, { data, shape }]) => ({
            name,
            values: [...data],
            shape,
            dtype: "F16" as const,
          })),
          counter,
        ]),
      ),
    );
    const applied = await applyTool(
      tool,
      { ...inputWith(), base: shards, experts: half },
      {
        ...quick,
        keep: ["layers.1.bias"],
      },
    );
    expect(applied.summary).toMatch(/928 parameters merged, 17 kept from the base/);
    const merged = await treeOf(applied.outputs["merged.safetensors"]);
    expect(merged["layers.1.bias"]).toEqual(base["layers.1.bias"]);
  });

  it("shows in a dry run what would be merged, and writes nothing", async () => {
    const dry = await applyTool(tool, inputWith(), { dryRun: true });
    expect(dry.outputs).toEqual({});
    expect(dry.summary).toBe(
      "Dry run, nothing was learnt or written: the base and 3 experts would give 944 parameters merged.",
    );
    expect(dry.tables.tensors?.rows).toHaveLength(4);
  });

  it("warns when accuracy falls with the entropy, and when predictions run together", async () => {
    const network = JSON.parse(String(sample.find(({ name }) => name === "network.json")?.content));
    const plain = { ...network, layers: network.layers.filter(({ type }: { type: string }) => type !== "normalize") };
    const far = inputWith((file) => {
      if (file.name === "network.json") return { ...file, content: JSON.stringify(plain) };
      if (file.name !== "pump.safetensors") return file;
      const away = mapTree(whole[0] as ParamTree, (data, name) =>
        name === "layers.1.bias" ? data.map((v) => v + 30) : data,
      );
      return { ...file, content: treeToSafetensors(away) };
    });
    const applied = await applyTool(tool, far, { init: 0, steps: 60, learningRate: 0.05 });
    expect(applied.notes.join("\n")).toMatch(/predictions of \w+ run together/);
    expect(applied.notes.join("\n")).toMatch(/Entropy misled here/);
  });

  const odd = sample.find(({ name }) => name === "pump.csv");
  const csvWith = (cells: string): string => `${String(odd?.content).split("\n")[0]}\n${cells}\n`;
  it.each<[string, ToolInput, Record<string, unknown>, RegExp]>([
    ["no base", without("base.safetensors"), {}, /--base: there is no checkpoint/],
    ["no experts", inputWith((file) => (file.input === "experts" ? undefined : file)), {}, /--experts: there are 0/],
    ["a row file too few", without("fan.csv"), {}, /--unlabeled: there are 2 files of rows for 3 experts/],
    ["no network", without("network.json"), {}, /--config: without the network/],
    ["a network that is no JSON", swap("network.json", "{"), {}, /network\.json.*not valid JSON/],
    ["an empty range", inputWith(), { low: 1, high: 1 }, /--low: the range from 1 to 1 is empty/],
    ["a text in place of weights", swap("fan.safetensors", "hello, this is not a model"), {}, /fan\.safetensors/],
    [
      "an expert of another network",
      swap(
        "fan.safetensors",
        treeToSafetensors({ ...base, "layers.1.bias": { data: new Float32Array(3), shape: [3] } }),
      ),
      {},
      /fan\.safetensors, tensor "layers\.1\.bias": the shape is \[3\] and base\.safetensors has \[16\]/,
    ],
    [
      "an expert without its head",
      swap("fan.safetensors", treeToSafetensors(experts[1] as ParamTree)),
      {},
      /fan\.safetensors: the network's tensor "head\.weight" is neither merged nor part of a head.*--heads/,
    ],
    [
      "a head of another width",
      swap(
        "fan.safetensors",
        treeToSafetensors({ ...experts[1], "head.weight": { data: new Float32Array(8), shape: [2, 4] } }),
      ),
      {},
      /"head\.weight" is \[2,4\] and 16 values come in/,
    ],
    [
      "a wrong number of heads",
      inputWith(
        (file) => file,
        [{ input: "heads", name: "h", content: treeToSafetensors(headOf(whole[0] as ParamTree)) }],
      ),
      {},
      /--heads: there are 1 head files for 3 experts/,
    ],
    [
      "a NaN",
      swap(
        "fan.safetensors",
        treeToSafetensors(mapTree(whole[1] as ParamTree, (data) => data.map((v, i) => (i === 1 ? Number.NaN : v)))),
      ),
      {},
      /fan\.safetensors, tensor "\S+": element 1 is NaN/,
    ],
    ["too few columns", swap("pump.csv", "a,b\n1,2\n"), {}, /pump\.csv: there are 2 columns and the network takes 12/],
    ["no rows", swap("pump.csv", csvWith("")), {}, /pump\.csv: the table has a header and no rows/],
    [
      "a word",
      swap("pump.csv", csvWith("1,2,x,4,5,6,7,8,9,10,11,12,worn")),
      {},
      /pump\.csv, line 2, column band_3: "x"/,
    ],
    [
      "an unknown label",
      swap("pump.csv", csvWith("1,2,3,4,5,6,7,8,9,10,11,12,lost")),
      {},
      /pump\.csv, line 2, column label: "lost" is not one of normal, worn/,
    ],
    ["names that keep everything", inputWith(), { keep: ["*"] }, /no tensor is left to merge/],
  ])("refuses %s", async (_, input, options, message) => {
    const error = await applyTool(tool, input, { steps: 2, ...options }).catch((e: unknown) => e);
    expect(isBadInput(error), String(error)).toBe(true);
    expect((error as Error).message).toMatch(message);
  });

  it("never fails in another way, and never leaves an output open", async () => {
    const bytes = sample.map(({ content }) =>
      typeof content === "string" ? new TextEncoder().encode(content) : content,
    );
    const damage = (content: Uint8Array): fc.Arbitrary<Uint8Array> =>
      fc.oneof(
        fc.uint8Array({ maxLength: 100 }),
        fc.nat(content.length).map((length) => content.slice(0, length)),
        fc.array(fc.tuple(fc.nat(content.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }).map((changes) => {
          const copy = content.slice();
          for (const [at, value] of changes) copy[at] = value;
          return copy;
        }),
        fc.stringMatching(/^[a-z0-9,.\n"{}:[\]-]{0,60}$/).map((text) => new TextEncoder().encode(text)),
      );
    const cases = fc
      .nat(sample.length - 1)
      .chain((which) => damage(bytes[which] as Uint8Array).map((content) => ({ which, content })));
    await fc.assert(
      fc.asyncProperty(cases, async ({ which, content }) => {
        const input: Record<string, InputFile[]> = {};
        for (const [i, file] of sample.entries()) {
          const own = memoryFile(file.name, i === which ? content : file.content);
          input[file.input] = [...(input[file.input] ?? []), own];
        }
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
          await tool.apply(complete, tool.options.parse({ steps: 2, rows: 10 }), run);
          expect(opened).toBe(3);
        } catch (error) {
          if (!isBadInput(error)) throw error;
        }
        expect(closed).toBe(opened);
      }),
      { numRuns: 100 },
    );
  });
});
