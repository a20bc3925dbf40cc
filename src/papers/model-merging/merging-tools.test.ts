import { describe, expect, it } from "vitest";
import { type BadInput, isBadInput } from "../../kit/errors.ts";
import { type InputFile, memoryFile } from "../../kit/files.ts";
import type { ToolInput } from "../../kit/paper.ts";
import { type Applied, applyTool } from "../../kit/testing.ts";
import { arithmeticTool } from "./adamerging/arithmetic-tool.ts";
import { mergeTool as adaTool } from "./adamerging/tool.ts";
import { averageTool } from "./balanced-averaging/average-tool.ts";
import { type Sketch, sketchFile, sketchShards } from "./checkpoints/fixtures.ts";
import { tools as fisherTools } from "./fisher-merging/tool.ts";

const [fisherTool] = fisherTools;
if (!fisherTool) throw new Error("the paper has a tool");

const network = { input: [2], layers: [{ type: "linear", name: "net" }] };
const asked = {
  config: [memoryFile("network.json", JSON.stringify(network))],
  unlabeled: [memoryFile("rows.csv", "x,y\n0,1\n1,0\n")],
};

type Files = readonly InputFile[];
interface Way {
  merge(a: Files, b: Files, more?: { dryRun: boolean }): Promise<Applied>;
}

/** Every tool that merges checkpoints, told to give half of each; the first one is the target. */
const ways: Record<string, Way> = {
  "fisher-merging merge": {
    merge: (a, b, more) => applyTool(fisherTool, { models: [...a, ...b] }, { plain: true, ...more }),
  },
  "balanced-averaging average": { merge: (a, b, more) => applyTool(averageTool, { ft: a, pre: b }, { ...more }) },
  "adamerging merge": {
    merge: (a, b, more) => {
      const input: ToolInput = { base: a, experts: b, ...asked };
      return applyTool(adaTool, input, { steps: 0, init: 0.5, ...more });
    },
  },
  "adamerging arithmetic": {
    merge: (a, b, more) => applyTool(arithmeticTool, { base: a, experts: b }, { lambda: [0.5], ...more }),
  },
};

const weight = (...values: number[]): Sketch => ({ name: "net.weight", values, shape: [2, 2] });
const bias = (...values: number[]): Sketch => ({ name: "net.bias", values });
const counter = (value: number): Sketch => ({ name: "steps", values: [value], dtype: "I64" });
const first = [weight(0, 2, 4, 6), bias(1, 1), counter(7)];
const second = [weight(2, 4, 8, 2), bias(3, -1), counter(9)];
const a = [await sketchFile("a.safetensors", first, { format: "pt" })];
const whole = await sketchFile("b.safetensors", second);
const bytes = await whole.slice(0, whole.size ?? 0);

/** A reader of the format of its own: eight bytes of length, a JSON header, then the data. */
function parse(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const length = Number(view.getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + length)));
  const floats = (name: string): number[] => {
    const { dtype, data_offsets: range } = header[name];
    expect(dtype).toBe("F32");
    const [from, to] = range as [number, number];
    return Array.from({ length: (to - from) / 4 }, (_, i) => view.getFloat32(8 + length + from + 4 * i, true));
  };
  return { header, floats, counter: () => view.getUint8(8 + length + header.steps.data_offsets[0]) };
}

async function refusal(running: Promise<unknown>): Promise<BadInput> {
  const error = await running.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isBadInput(error)) throw new Error("the tool should have refused its input", { cause: error });
  return error;
}

describe.each(Object.entries(ways))("%s", (_, { merge }) => {
  const mergedOf = ({ outputs }: Applied): Uint8Array => Object.values(outputs)[0] ?? new Uint8Array();
  const expectHalves = (applied: Applied): void => {
    const { header, floats, counter: steps } = parse(mergedOf(applied));
    expect([floats("net.weight"), floats("net.bias"), steps()]).toEqual([[1, 3, 6, 4], [2, 0], 7]);
    expect(header.__metadata__).toMatchObject({ format: "pt" });
  };

  it("gives half of each, keeps counters and metadata, and is read by another reader", async () => {
    expectHalves(await merge(a, [whole]));
  });

  it.each(["F64", "F16", "BF16"] as const)("takes %s beside F32, and the target's type stays", async (dtype) => {
    const other = second.map((tensor) => (tensor.dtype ? tensor : { ...tensor, dtype }));
    expectHalves(await merge(a, [await sketchFile("b.safetensors", other)]));
  });

  it("reads shards and their index as one checkpoint", async () => {
    expectHalves(await merge(a, await sketchShards(second, [0, 1, 1])));
  });

  it("shows in a dry run what would be merged, and writes nothing", async () => {
    const dry = await merge(a, [whole], { dryRun: true });
    expect(dry.outputs).toEqual({});
    expect(dry.summary).toMatch(/^Dry run, nothing was .*written: .*6 parameters \w+, 1 kept from the/);
    const rows = dry.tables.tensors?.rows ?? [];
    expect(Object.fromEntries(rows.map(({ tensor, shape }) => [tensor, shape]))).toMatchObject({
      "net.weight": "2 × 2",
      "net.bias": "2",
    });
  });

  it.each<[string, readonly Sketch[], RegExp]>([
    ["a tensor is missing", [weight(2, 4, 8, 2), counter(9)], /tensor "net\.bias": the tensor is missing/],
    ["a shape is another", [weight(2, 4, 8, 2), bias(1, 2, 3), counter(9)], /tensor "net\.bias": the shape is \[3\]/],
    [
      "a type is integer",
      [weight(2, 4, 8, 2), { ...bias(1, 2), dtype: "I32" }, counter(9)],
      /tensor "net\.bias": the type is I32/,
    ],
    [
      "a value is not a number",
      [weight(2, Number.NaN, 8, 2), bias(3, -1), counter(9)],
      /tensor "net\.weight": element 1 is NaN/,
    ],
  ])("refuses by file, tensor and remedy when %s", async (_name, tensors, message) => {
    const error = await refusal(merge(a, [await sketchFile("b.safetensors", tensors)]));
    expect(error.message).toMatch(message);
    expect(error.message).toMatch(/b\.safetensors/);
    expect(`${error.message} ${error.remedy ?? ""}`).toMatch(/--keep|Convert|file is damaged/);
  });

  it("refuses a file that was cut off, wherever it was cut", async () => {
    for (const end of [0, 5, 40, bytes.length - 9, bytes.length - 1]) {
      const error = await refusal(merge(a, [memoryFile("b.safetensors", bytes.slice(0, end))]));
      expect(error.message).toMatch(/b\.safetensors/);
    }
  });
});
